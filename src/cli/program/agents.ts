import type { Command } from 'commander'
import { createCommand } from './command.ts'
import { AS_JSON } from './facts.ts'
import { configOf, DATA } from './flags.ts'

/** Commands for people at a terminal: list agents, read and edit memory, chat. */
export function agents(): Command {
  return createCommand({
    name: 'agents',
    summary: 'which agents there are, and what one of them is',
    about: 'Lists agents, or shows one of them. It only reads, also beside servers at work.',
  })
    .addCommand(list(), { isDefault: true })
    .addCommand(show())
}

function list(): Command {
  return createCommand({
    name: 'list',
    summary: 'all of them, newest first; what agents does without a word',
    about: 'Lists agents, newest first.',
    settings: DATA,
  })
    .option(...AS_JSON)
    .action(async (given) => {
      const config = configOf(given)
      const { listAgents } = await import('../commands/agents.ts')
      await listAgents(config, given)
    })
}

function show(): Command {
  return createCommand({
    name: 'show',
    summary: 'what one of them is and has',
    about: 'Shows an agent: its model, tools and blocks, and how much it remembers.',
    settings: DATA,
  })
    .argument('<agent>', 'id or exact name')
    .option(...AS_JSON)
    .action(async (agent, given) => {
      const config = configOf(given)
      const { showAgent } = await import('../commands/agents.ts')
      await showAgent(config, agent, given)
    })
}

export function memory(): Command {
  return createCommand({
    name: 'memory',
    summary: 'the memory blocks of an agent, to read or to edit',
    about:
      'Prints the memory blocks of an agent, or one of them. With --edit one opens in $VISUAL or $EDITOR and is stored ' +
      'when the editor ends. If the agent or somebody else changed it meanwhile, nothing is overwritten: you are shown ' +
      'both and asked.',
    settings: DATA,
  })
    .argument('<agent>', 'id or exact name')
    .argument('[label]', 'of one block; with --edit a new one is made if the agent has none of it')
    .option('--edit', 'change it in $VISUAL or $EDITOR')
    .option(...AS_JSON)
    .action(async (agent, label, given) => {
      const config = configOf(given)
      if (given.edit === true) {
        const { editMemory } = await import('../commands/edit-memory.ts')
        await editMemory(config, agent, label)
        return
      }
      const { printMemory } = await import('../commands/memory.ts')
      await printMemory(config, agent, label, given)
    })
}

export function chat(): Command {
  return createCommand({
    name: 'chat',
    summary: 'a conversation with an agent in the terminal',
    about:
      'Talks to an agent. Its last words are shown first; /help lists what else can be typed, such as /steps, /memory, ' +
      '/context and /history. Ctrl+C stops the agent at work, Ctrl+D ends the conversation. Without a terminal every ' +
      'line of stdin is a message, and nothing but replies is on stdout.',
    settings: [...DATA, 'model', 'embedding', 'log'],
  })
    .argument('<agent>', 'id or exact name')
    .option('--create', 'make the agent if there is none of that name')
    .option('--steps', 'show from the start what the agent thinks and which tools it calls')
    .action(async (agent, given) => {
      const config = configOf(given)
      const { chat } = await import('../commands/chat.ts')
      await chat(config, agent, given)
    })
}
