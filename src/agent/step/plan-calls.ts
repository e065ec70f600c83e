import { UserError } from '../../core/errors.ts'
import { callIdOf, type MessageId } from '../../core/ids.ts'
import { isRecord } from '../../core/is-record.ts'
import type { ToolCall } from '../../core/message.ts'
import { nearestNames } from '../../core/nearest.ts'
import { excerpt } from '../../core/text.ts'
import type { ModelAnswer } from '../../llm/model.ts'
import type { CallEffect } from '../../storage/port/store.ts'
import { SPEAKING_TOOL } from '../tools/default-tools.ts'
import type { BoundCall, InnerTool } from '../tools/inner-tool.ts'
import { HEARTBEAT, THINKING } from '../tools/tool-specs.ts'
import { parseToolArguments, SHORTER } from './parse-tool-arguments.ts'

/** A call of the model's answer, ready to be made, or with the error that answers it. */
export type PlannedCall = ToolCall & {
  readonly index: number
  readonly effect: CallEffect
} & (
    | {
        readonly kind: 'planned'
        readonly needsApproval: boolean
        /** Kept for the call, as JSON. */
        readonly note?: string | undefined
      }
    | { readonly kind: 'refused'; readonly error: string }
  )

export interface Planning {
  /** Id of the answer; its calls get ids that follow from it. */
  readonly messageId: MessageId
  readonly tools: readonly InnerTool[]
  readonly speakNow: boolean
  /** Error for the model if the tool rules exclude a call of this tool now. */
  readonly ruledOut: (name: string) => string | undefined
  readonly needsApproval: (name: string) => boolean
}

/** Parameters of the loop; no tool knows them. */
const LOOP_ARGUMENTS = [THINKING, HEARTBEAT]
/** Each call costs a transaction and a message, and no real plan has more in one answer. Chosen by hand. */
const MAX_CALLS = 50
/** Characters kept of a call that cannot run, so that a person can see what the model did. Chosen by hand. */
const MAX_REFUSED = 10_000
/** Characters. Chosen by hand. */
const MAX_NAME = 100
/** Most tool names suggested to a model that called an unknown tool. Chosen by hand. */
const MAX_SUGGESTED = 5

const TRUNCATED = `The call was not run: your answer was cut off at the output limit, so it may be incomplete. ${SHORTER}`
const TOO_MANY = `The call was not run, and neither were those after it: an answer can have ${MAX_CALLS} calls. Make the others in the next one.`
/** The model reads this at the next turn, when the tool is available again. */
const TOO_LATE =
  'The call was not run: the steps of the turn were used up, and all that was left was to answer the user.'

/**
 * Assigns our own ids, since those of providers may repeat or be missing. Calls are checked against the tool rules up
 * to the first one to be made. Its result decides what is allowed next, so later calls are checked when their turn
 * comes.
 */
export function planCalls(answer: ModelAnswer, planning: Planning): readonly PlannedCall[] {
  const planned: PlannedCall[] = []
  for (const [index, written] of answer.toolCalls.slice(0, MAX_CALLS + 1).entries()) {
    const own = {
      id: callIdOf(planning.messageId, index),
      name: excerpt(written.name, MAX_NAME),
      index,
    }
    const isFirst = !planned.some((call) => call.kind === 'planned')
    planned.push({ ...own, ...plan(answer, written, index, isFirst, planning) })
  }
  return planned
}

function plan(
  answer: ModelAnswer,
  written: ModelAnswer['toolCalls'][number],
  index: number,
  isFirst: boolean,
  { tools, speakNow, ruledOut, needsApproval }: Planning,
) {
  const { name } = written
  try {
    if (answer.finish === 'length') throw notRun(TRUNCATED)
    if (written.problem !== undefined) throw notRun(written.problem)
    if (index >= MAX_CALLS) throw notRun(TOO_MANY)
    if (speakNow && !tools.some((tool) => tool.name === name)) throw notRun(TOO_LATE)
    const excluded = isFirst ? ruledOut(name) : undefined
    if (excluded !== undefined) throw notRun(excluded)
    const { call, text } = bind(tools, name, written.arguments)
    return {
      kind: 'planned',
      arguments: text,
      effect: call.effect,
      needsApproval: needsApproval(name),
    } as const
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    const kept = excerpt(written.arguments, MAX_REFUSED)
    return { kind: 'refused', arguments: kept, effect: 'none', error: error.message } as const
  }
}

function notRun(why: string): UserError {
  return new UserError('invalid_argument', why)
}

/** Throws a UserError for the model if the call can't be made. */
export function bindCall(tools: readonly InnerTool[], name: string, text: string): BoundCall {
  return bind(tools, name, text).call
}

function bind(
  tools: readonly InnerTool[],
  name: string,
  written: string,
): { readonly call: BoundCall; readonly text: string } {
  const tool = tools.find((candidate) => candidate.name === name)
  if (!tool) throw unknownTool(tools, name)
  const read = parseToolArguments(name, written)
  const value = tool.straighten(read.value, LOOP_ARGUMENTS)
  if (!isRecord(value)) return { call: tool.bind(value), text: read.text }
  const { [THINKING]: _thinking, [HEARTBEAT]: _heartbeat, ...own } = value
  return {
    call: tool.bind(own),
    text: isSame(value, read.value) ? read.text : JSON.stringify(value),
  }
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

function unknownTool(tools: readonly InnerTool[], name: string): UserError {
  const names = nearestNames(
    name,
    tools.map((tool) => tool.name),
    MAX_SUGGESTED,
  )
  const instead = names.length === 0 ? 'Call none.' : `Call one of: ${names.join(', ')}.`
  return new UserError(
    'invalid_argument',
    `There is no tool "${excerpt(name, MAX_NAME)}". ${instead}`,
  )
}

/** Loop parameters of a call, read leniently, since the other arguments may be unusable. */
export interface LoopArguments {
  readonly thinking: string
  readonly heartbeat: boolean
}

export function loopArguments(text: string): LoopArguments {
  const fields = fieldsOf(text)
  const thinking = fields[THINKING]
  const heartbeat = fields[HEARTBEAT]
  return {
    thinking: typeof thinking === 'string' ? thinking : '',
    heartbeat: heartbeat === true || heartbeat === 'true',
  }
}

/** The words that a call of the speaking tool says to the user. */
export function spokenBy(call: PlannedCall): string | undefined {
  return call.kind === 'refused' ? undefined : wordsOf(call)
}

/** Whether a call could still be refused before it is made, so that its words must be held back. */
export function speaksLater(calls: readonly PlannedCall[], isBound: boolean): boolean {
  const planned = calls.filter((call) => call.kind === 'planned')
  return isBound && (planned.length > 1 || planned.some((call) => call.needsApproval))
}

/** The words of a call of the speaking tool. */
export function wordsOf(call: Pick<ToolCall, 'name' | 'arguments'>): string | undefined {
  if (call.name !== SPEAKING_TOOL) return undefined
  const { message } = fieldsOf(call.arguments)
  return typeof message === 'string' ? message : undefined
}

function fieldsOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}
