import type { Config } from '../../config/config.ts'
import type { Agent } from '../../core/agent.ts'
import { UserError } from '../../core/errors.ts'
import { converse, type Talk } from '../chat/follow.ts'
import { openInput } from '../chat/input.ts'
import { pastInput, showPast } from '../chat/past.ts'
import type { Context } from '../chat/port.ts'
import { openScreen } from '../chat/screen.ts'
import { readSlash, runSlash } from '../chat/slash.ts'
import { askOne } from '../terminal/ask.ts'
import { withContext } from './with-context.ts'

/** Chosen by hand. */
const SHOWN_AT_START = 6

interface Options {
  readonly create?: boolean
  readonly steps?: boolean
}

/** A conversation in the terminal. Without a terminal, every line of stdin is a message. */
export async function chat(config: Config, reference: string, options: Options): Promise<void> {
  const converseIn = async (context: Context) => {
    const isTerminal = process.stdin.isTTY === true
    const agent = await findOrCreate(context, reference, options.create ?? false)
    const screen = openScreen()
    const input = openInput(isTerminal ? await pastInput({ context, agent }) : [])
    const conversation: Talk = {
      context,
      agent,
      screen,
      input,
      showsSteps: options.steps ?? false,
      told: new Set(),
    }
    if (isTerminal) {
      const model = agent.model ?? (await context.models.describeDefault({ samples: false })).handle
      await showPast(conversation, SHOWN_AT_START)
      screen.note(`${agent.name} on ${model}. /help lists what can be typed; Ctrl+D ends.`)
    }
    try {
      await untilOver(conversation)
    } finally {
      input.close()
    }
  }
  await withContext(config, converseIn, true)
}

async function untilOver(talk: Talk): Promise<void> {
  for (;;) {
    const line = await talk.input.next(talk.screen.paint('green', 'you> '))
    const slash = line === undefined ? { name: 'quit', rest: '' } : readSlash(line)
    if (slash?.name === 'quit' || slash?.name === 'exit') return
    if (slash) await runSlash(talk, slash.name, slash.rest)
    else if (line !== undefined && line.trim() !== '') {
      const went = await say(talk, line.startsWith('//') ? line.slice(1) : line)
      if (!went && process.stdin.isTTY !== true) process.exitCode = 1
    }
  }
}

/** An error that the user can fix does not end the conversation. */
async function say(talk: Talk, text: string): Promise<boolean> {
  try {
    return await converse(talk, text)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    talk.screen.problem(error.message)
    return false
  }
}

async function findOrCreate(context: Context, reference: string, create: boolean): Promise<Agent> {
  try {
    return await context.agents.find(reference)
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== 'not_found') throw error
    const question = `There is no agent "${reference}". Create it? [y/n] `
    if (!create && (await askOne(question, 'yn')) !== 'y') throw error
    return (await context.agents.create({ name: reference })).agent
  }
}
