import { UserError } from '../core/errors.ts'
import { newId } from '../core/ids.ts'
import type { ToolCall } from '../core/message.ts'
import type { ModelAnswer } from '../llm/model.ts'
import type { CallEffect } from '../storage/store.ts'
import { HEARTBEAT, THINKING } from './tool-specs.ts'
import type { BoundCall, InnerTool } from './tools/define-inner-tool.ts'
import { SPEAKING_TOOL } from './tools/index.ts'

/** A call of the model's answer, ready to be made, or with the error that it is answered with instead. */
export type PlannedCall = ToolCall & {
  readonly index: number
  readonly effect: CallEffect
} & (
    | { readonly kind: 'planned'; readonly call: BoundCall; readonly needsApproval: boolean }
    | { readonly kind: 'refused'; readonly error: string }
  )

export interface Planning {
  readonly tools: readonly InnerTool[]
  readonly speakNow: boolean
  /** What the model reads if the tool rules exclude a call of this tool now. */
  readonly ruledOut: (name: string) => string | undefined
  readonly needsApproval: (name: string) => boolean
}

/**
 * Ids are ours: those of providers repeat, or are missing. Calls are judged by the tool rules up to the first that is
 * to be made; what is allowed after that one depends on how it ends, so the others are judged when their turn comes.
 */
export function planCalls(answer: ModelAnswer, planning: Planning): readonly PlannedCall[] {
  const { tools, speakNow, ruledOut, needsApproval } = planning
  const planned: PlannedCall[] = []
  for (const [index, { name, arguments: text }] of answer.toolCalls.entries()) {
    const own = { id: newId('call'), name, arguments: text, index }
    const isFirst = !planned.some((call) => call.kind === 'planned')
    const excluded = isFirst ? ruledOut(name) : undefined
    if (answer.finish === 'length') planned.push({ ...own, ...refused(TRUNCATED) })
    else if (speakNow && !tools.some((tool) => tool.name === name)) {
      planned.push({ ...own, ...refused(TOO_LATE) })
    } else if (excluded !== undefined) planned.push({ ...own, ...refused(excluded) })
    else planned.push({ ...own, ...bound(tools, name, text, needsApproval(name)) })
  }
  return planned
}

function bound(tools: readonly InnerTool[], name: string, text: string, needsApproval: boolean) {
  try {
    const call = bindCall(tools, name, text)
    return { kind: 'planned', effect: call.effect, call, needsApproval } as const
  } catch (error) {
    if (error instanceof UserError) return refused(error.message)
    throw error
  }
}

const TRUNCATED =
  'The call was not run: your answer was cut off at the output limit, so it may be incomplete. Make it again, shorter.'

/** Read at the next turn, when the tool is there again. */
const TOO_LATE =
  'The call was not run: the steps of the turn were used up, and all that was left was to answer the user.'

function refused(error: string) {
  return { kind: 'refused', effect: 'none', error } as const
}

/** Throws a UserError for the model where the call can't be made. */
export function bindCall(tools: readonly InnerTool[], name: string, text: string): BoundCall {
  const tool = tools.find((candidate) => candidate.name === name)
  if (!tool) {
    const known = tools.map((candidate) => candidate.name).join(', ')
    throw new UserError('invalid_argument', `There is no tool "${name}". Call one of: ${known}.`)
  }
  const { [THINKING]: _thinking, [HEARTBEAT]: _heartbeat, ...own } = parseArguments(name, text)
  return tool.bind(own)
}

/** An empty text is an empty object: some models write nothing for a tool without parameters. */
function parseArguments(name: string, text: string): Readonly<Record<string, unknown>> {
  const value = text.trim() === '' ? {} : parseJson(name, text)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  throw new UserError(
    'invalid_argument',
    `${name} was not run: its arguments must be a JSON object. Make the call again.`,
  )
}

function parseJson(name: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new UserError(
      'invalid_argument',
      `${name} was not run: its arguments are not valid JSON. Make the call again with one complete JSON object.`,
    )
  }
}

/** What a call says about the loop, read leniently: the arguments may be unusable otherwise. */
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

/** What a call of the speaking tool says to the user. */
export function spokenBy(call: PlannedCall): string | undefined {
  return call.kind === 'refused' ? undefined : wordsOf(call)
}

/** Whether something may still come between the calls and being made, so that nobody may be told their words yet. */
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
