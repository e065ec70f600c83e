import { isRecord } from '../../core/is-record.ts'
import { rememberedList } from '../../core/remembered.ts'
import { joinNeighbours } from '../join-neighbours.ts'
import { isAsked, type ModelRequest, type ToolSpec } from '../model.ts'
import type { Fields } from '../wire/fields.ts'
import { without, withoutKeywords } from '../wire/leave-out.ts'
import type { Attempt } from '../wire/wire-model.ts'
import { OWN_FIELDS } from './response-extras.ts'
import { toItems } from './to-items.ts'

interface Of {
  readonly model: string
  /** `provider/model`; only its own reasoning is sent back. */
  readonly handle: string
}

/** The body of a Responses request, with storage switched off. Pure: equal requests give equal bodies. */
export function toBody(
  { model, handle }: Of,
  request: ModelRequest,
  { learned, withoutThoughts }: Attempt,
  stream: boolean,
): Fields {
  const { system, said } = joinNeighbours(request.messages)
  const { omit = [], omitKeywords = [], omitFields = [], maxOutputTokens } = learned
  const odd = omitFields.filter((name) => !OWN_FIELDS.has(name))
  const asked = request.maxOutputTokens
  return without(
    {
      model,
      ...(system && { instructions: system.text.toWellFormed() }),
      input: withoutOdd(toItems(said, handle, !withoutThoughts), ...odd),
      ...toTools(request, learned.toolChoice ?? 'full', omitKeywords),
      ...(asked !== undefined && {
        max_output_tokens: Math.min(asked, maxOutputTokens ?? asked),
      }),
      ...(request.temperature !== undefined && { temperature: request.temperature }),
      ...(isAsked(request.reasoning) && {
        reasoning: {
          effort: request.reasoning,
          ...(!omitFields.includes('summary') && { summary: 'auto' }),
        },
      }),
      store: false,
      include: ['reasoning.encrypted_content'],
      ...(stream && { stream: true }),
    },
    omit,
  )
}

const withoutOdd = rememberedList((item: Fields, ...odd: readonly string[]) => without(item, odd))

function toTools(
  { tools, toolChoice }: ModelRequest,
  takes: 'full' | 'words' | 'none',
  omitKeywords: readonly string[],
): Fields {
  if (tools.length === 0) return {}
  const named = typeof toolChoice === 'object' ? toolChoice.name : undefined
  // If a tool cannot be forced by name, it is the only one offered.
  const offered =
    named === undefined || takes === 'full' ? tools : tools.filter(({ name }) => name === named)
  return {
    tools: offered.map((tool) => toTool(tool, omitKeywords)),
    ...(takes !== 'none' && {
      tool_choice:
        typeof toolChoice !== 'object'
          ? toolChoice
          : takes === 'words'
            ? 'required'
            : { type: 'function', name: toolChoice.name },
    }),
  }
}

function toTool({ name, description, parameters }: ToolSpec, omitKeywords: readonly string[]) {
  const schema = omitKeywords.length === 0 ? parameters : withoutKeywords(parameters, omitKeywords)
  const tool = {
    type: 'function',
    name,
    description,
    parameters: isRecord(schema) ? schema : parameters,
    // The default is strict schemas, which ours are not.
    strict: false,
  }
  return without(tool, omitKeywords)
}
