import { isRecord } from '../../core/is-record.ts'
import { estimateUsage } from '../estimate-usage.ts'
import type {
  ChatModel,
  ModelAnswer,
  ModelFailure,
  ModelRequest,
  ModelWords,
  ToolSpec,
} from '../model.ts'
import { type Move, nextMove } from './rehearsal-plan.ts'
import { readTurn } from './rehearsal-turn.ts'

export const REHEARSAL_HANDLE = 'offline/rehearsal'

const WARNING =
  'Replies come from the built-in rehearsal model, which is not a language model; to choose a real one, set OPENAI_API_KEY or RECOLLECT_MODEL, or start Ollama.'

const ABORTED: ModelFailure = {
  reason: 'aborted',
  message: 'The model call was cancelled.',
  hint: 'Send it again.',
}

/**
 * A deterministic stand-in for a language model, so that anyone can try the whole loop without a key. It knows these
 * patterns, of which the first that fits the user's latest message counts:
 *
 * | The user says | What it does |
 * | --- | --- |
 * | "what is my name", "who am I" | answers from the `human` block in its context |
 * | "what do you know about …", "what do you remember about …" | searches archival memory, then the conversation, and tells what it found |
 * | "do you remember …" | the same |
 * | "remember …" | stores what follows in archival memory and confirms |
 * | "my name is …" | corrects the `human` block and greets by name |
 * | "hello", "hi", "good morning" … | greets, by name if the `human` block has one |
 * | anything else | repeats it |
 *
 * It uses only tools that the request offers, and speaks through `send_message` where that is one of them.
 */
export function createRehearsal(moreWarnings: readonly string[] = []): ChatModel {
  return {
    handle: REHEARSAL_HANDLE,
    isRehearsal: true,
    warnings: [WARNING, ...moreWarnings],
    sees: async () => false,
    async call(request, { signal }) {
      if (signal.aborted) return { kind: 'failure', failure: ABORTED }
      const answer = express(chooseMove(request), request)
      const usage = estimateUsage(request, answer)
      return { kind: 'answer', answer: { ...answer, usage, warnings: [] } }
    },
  }
}

function chooseMove(request: ModelRequest): Move {
  const turn = readTurn(request)
  const move = nextMove(turn)
  const { tools, toolChoice } = request
  const force = (name: string) => forcedMove(name, move, turn.said, tools)
  if (typeof toolChoice === 'object') {
    const isChosen = move.kind === 'call' && move.name === toolChoice.name
    return isChosen ? move : force(toolChoice.name)
  }
  const mustCall = toolChoice === 'required' && !turn.offered.has('send_message')
  const [first] = tools
  return mustCall && move.kind === 'say' && first ? force(first.name) : move
}

/** A call that the caller forces: every required parameter gets a plausible value. */
function forcedMove(name: string, move: Move, said: string, tools: readonly ToolSpec[]): Move {
  const tool = tools.find((each) => each.name === name)
  if (!tool || name === 'send_message') {
    return move.kind === 'say' ? move : { kind: 'say', text: move.thought }
  }
  const properties = propertiesOf(tool)
  const required = requiredOf(tool).filter((each) => !OURS.has(each))
  const values = required.map((each) => [each, plausible(properties[each], said)] as const)
  const thought = 'This tool has to be called now.'
  return { kind: 'call', name, arguments: Object.fromEntries(values), thought }
}

const OURS: ReadonlySet<string> = new Set(['thinking', 'request_heartbeat'])

const PLAUSIBLE = new Map<unknown, unknown>([
  ['boolean', false],
  ['integer', 1],
  ['number', 1],
  ['array', []],
  ['object', {}],
])

function plausible(schema: unknown, said: string): unknown {
  if (!isRecord(schema)) return said
  return Array.isArray(schema.enum) ? schema.enum[0] : (PLAUSIBLE.get(schema.type) ?? said)
}

function express(move: Move, request: ModelRequest): ModelWords {
  const { tools, toolChoice } = request
  if (move.kind === 'call') {
    const tool = tools.find((each) => each.name === move.name)
    return answer('', tool ? [toCall(tool, move.arguments, move.thought, true)] : [])
  }
  const speaker = tools.find((tool) => tool.name === 'send_message')
  if (!speaker || toolChoice === 'none') return answer(move.text, [])
  return answer('', [toCall(speaker, { message: move.text }, 'I answer the user.', false)])
}

function toCall(
  tool: ToolSpec,
  own: Readonly<Record<string, unknown>>,
  thought: string,
  wantsHeartbeat: boolean,
): ModelAnswer['toolCalls'][number] {
  const written = {
    ...(requiredOf(tool).includes('thinking') ? { thinking: thought } : {}),
    ...own,
    ...('request_heartbeat' in propertiesOf(tool) ? { request_heartbeat: wantsHeartbeat } : {}),
  }
  return { name: tool.name, arguments: JSON.stringify(written) }
}

function answer(text: string, toolCalls: ModelAnswer['toolCalls']): ModelWords {
  return { text, reasoning: '', toolCalls, finish: 'stop' }
}

function requiredOf({ parameters }: ToolSpec): readonly string[] {
  const { required } = parameters
  return Array.isArray(required) ? required.filter((name) => typeof name === 'string') : []
}

function propertiesOf({ parameters }: ToolSpec): Readonly<Record<string, unknown>> {
  const { properties } = parameters
  return isRecord(properties) ? properties : {}
}
