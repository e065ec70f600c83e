import type { Command } from 'commander'
import { createCommand } from './command.ts'
import { AS_JSON } from './facts.ts'
import { configOf, DATA } from './flags.ts'

/** Commands for people at a terminal: list agents, read and edit memory, chat. */
export function agents(): Command {
  return createCommand({
    name: 'agents',
    summary: 'lists agents, or shows one',
    about: 'Lists agents, or shows one. It only reads, and works while servers run.',
  })
    .addCommand(list(), { isDefault: true })
    .addCommand(show())
}

function list(): Command {
  return createCommand({
    name: 'list',
    summary: 'lists agents, newest first (the default)',
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
    summary: 'shows one agent',
    about: 'Shows an agent: its model, tools and blocks, and the size of its memory.',
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
    summary: 'prints or edits the memory blocks of an agent',
    about:
      'Prints the memory blocks of an agent, or one of them. --edit opens one in $VISUAL or $EDITOR and stores it when ' +
      'the editor exits. If the block was changed meanwhile, nothing is overwritten: you see both versions and ' +
      'choose.',
    settings: DATA,
  })
    .argument('<agent>', 'id or exact name')
    .argument('[label]', 'label of one block; --edit creates it if it does not exist')
    .option('--edit', 'edit the block in $VISUAL or $EDITOR')
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
    .option('--create', 'create the agent if it does not exist')
    .option('--steps', 'show reasoning and tool calls from the start')
    .action(async (agent, given) => {
      const config = configOf(given)
      const { chat } = await import('../commands/chat.ts')
      await chat(config, agent, given)
    })
}

export function tidy(): Command {
  return createCommand({
    name: 'tidy',
    summary: 'brings the memory of an agent up to date with what was said',
    about:
      'Lets the sleep-time agent of an agent look once at everything that it has not seen: what was said since the last ' +
      'time, and passages that say the same or contradict each other. It needs a model and costs tokens. Every edit is ' +
      'in the history of its block. Stopped with Ctrl+C, the work goes on with the next server or tidy.',
    settings: [...DATA, 'model', 'embedding', 'log'],
  })
    .argument('<agent>', 'id or exact name')
    .option(...AS_JSON)
    .action(async (agent, given) => {
      const config = configOf(given)
      const { tidy } = await import('../commands/tidy.ts')
      await tidy(config, agent, given)
    })
}
