import { rememberedList } from '../../core/remembered.ts'
import { joinNeighbours } from '../join-neighbours.ts'
import type { ModelRequest, ToolSpec } from '../model.ts'
import type { Fields } from '../wire/fields.ts'
import { without, withoutKeywords } from '../wire/leave-out.ts'
import type { Attempt } from '../wire/wire-model.ts'
import { CACHED, markHistory, withoutMarks } from './cache-marks.ts'
import { isThinking, OWN_THINKING } from './message-extras.ts'
import { toThinking } from './thinking.ts'
import { type Turn, toTurns } from './to-turns.ts'

interface Of {
  readonly model: string
  /** `provider/model`; only its own thinking is sent back. */
  readonly handle: string
}

/** The body of a Messages request. Pure: equal requests give equal bodies, so the prompt cache stays valid. */
export function toBody(
  { model, handle }: Of,
  request: ModelRequest,
  { learned, withoutThoughts }: Attempt,
  stream: boolean,
): Fields {
  const { system, said } = joinNeighbours(request.messages)
  const prompt = system?.text.toWellFormed().trim() ?? ''
  const { omit = [], omitKeywords = [], omitFields = [], toolChoice } = learned
  const turns = withoutFields(toTurns(said, handle, !withoutThoughts), omitFields)
  const { fields, isOn } = toThinking(request, learned, {
    adaptive: !withoutThoughts,
    budget: !withoutThoughts && mayBegin(turns),
  })
  const body = without(
    {
      model,
      ...fields,
      ...(prompt !== '' && { system: [{ type: 'text', text: prompt, ...CACHED }] }),
      messages: markHistory(turns),
      ...toTools(request, isOn || toolChoice !== undefined, omitKeywords),
      // Thinking allows no temperature, and the scale ends at 1.
      ...(request.temperature !== undefined &&
        !isOn && { temperature: Math.min(1, request.temperature) }),
      ...(stream && { stream: true }),
    },
    toolChoice === 'none' ? [...omit, 'tool_choice'] : omit,
  )
  return omitFields.includes('cache_control') ? withoutMarks(body) : body
}

/** Without the fields of thinking that its own server does not take back. */
function withoutFields(turns: readonly Turn[], names: readonly string[]): readonly Turn[] {
  const odd = names.filter((name) => !OWN_THINKING.has(name))
  return odd.length === 0 ? turns : withoutOdd(turns, ...odd)
}

const withoutOdd = rememberedList(
  (turn: Turn, ...odd: readonly string[]): Turn => ({
    ...turn,
    content: turn.content.map((block) => (isThinking(block) ? without(block, odd) : block)),
  }),
)

/** A budget is refused if the last answer has calls and does not begin with its thinking. */
function mayBegin(turns: readonly Turn[]): boolean {
  const last = turns.findLast(({ role }) => role === 'assistant')
  const [first] = last?.content ?? []
  const hasCalls = last?.content.some(({ type }) => type === 'tool_use') ?? false
  return !hasCalls || (first !== undefined && isThinking(first))
}

/** `onlyAuto`: no tool can be forced, so a named tool is the only one offered. */
function toTools(
  { tools, toolChoice }: ModelRequest,
  onlyAuto: boolean,
  omitKeywords: readonly string[],
): Fields {
  if (tools.length === 0) return {}
  const named = typeof toolChoice === 'object' ? toolChoice.name : undefined
  const offered =
    onlyAuto && named !== undefined ? tools.filter(({ name }) => name === named) : tools
  return {
    tools: offered.map((tool, index) => ({
      ...toTool(tool, omitKeywords),
      ...(index === offered.length - 1 && CACHED),
    })),
    tool_choice: toChoice(toolChoice, onlyAuto),
  }
}

function toChoice(choice: ModelRequest['toolChoice'], onlyAuto: boolean): Fields {
  if (choice === 'none') return { type: 'none' }
  if (choice === 'auto' || onlyAuto) return { type: 'auto' }
  return choice === 'required' ? { type: 'any' } : { type: 'tool', name: choice.name }
}

function toTool({ name, description, parameters }: ToolSpec, omitKeywords: readonly string[]) {
  return {
    name,
    ...(description !== '' && { description }),
    input_schema: { type: 'object', ...withoutKeywordsIn(parameters, omitKeywords) },
  }
}

function withoutKeywordsIn(schema: Fields, keywords: readonly string[]): Fields {
  const kept = keywords.length === 0 ? schema : withoutKeywords(schema, keywords)
  return kept as Fields
}
