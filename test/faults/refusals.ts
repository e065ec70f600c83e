import type { Fields } from '../support/wires/speech.ts'
import type { WireName } from '../support/wires/wire-of-tests.ts'

/* Refusals of servers of each wire, in their words. */

export interface Refusal {
  isRefused(body: Fields): boolean
  /** A text is told in the error format of the wire; an error of another format is told as it is. */
  readonly words: string | object
  /** Leaving it out is wrong for the real API, which would refuse that. */
  readonly isOdd?: true
  readonly status?: number
}

type ByWire = Readonly<Partial<Record<WireName, Refusal>>>

export const has = (name: string) => (body: Fields) => name in body
const mentions = (name: string) => (body: Fields) =>
  JSON.stringify(body.tools ?? []).includes(`"${name}":`)

/** Whether the request makes the model call a tool, in the words of any wire. */
export function isForced({ tool_choice: choice }: Fields): boolean {
  if (typeof choice !== 'object') return choice === 'required'
  return ['function', 'any', 'tool'].includes(choice.type)
}

/** The limit of the output, by any of its names. */
function limitOf(body: Fields): number {
  return Number(body.max_completion_tokens ?? body.max_tokens ?? body.max_output_tokens ?? 0)
}

const everywhere = (refusal: Refusal): ByWire => ({
  chat: refusal,
  messages: refusal,
  responses: refusal,
})

/** The same is refused in other words. */
const inWords = (
  isRefused: Refusal['isRefused'],
  words: Readonly<Partial<Record<WireName, string | object>>>,
  status = 400,
): ByWire =>
  Object.fromEntries(
    Object.entries(words).map(([wire, told]) => [wire, { isRefused, words: told, status }]),
  )

const ofSystem = (words: string, status = 400): ByWire => ({
  chat: { isRefused: ({ messages }) => messages?.[0]?.role === 'system', words, status },
})

export const REFUSALS: Readonly<Record<string, ByWire>> = {
  'tool_choice in thinking': inWords(isForced, {
    chat: 'Thinking mode does not support this tool_choice',
    messages: 'Thinking may not be enabled when tool_choice forces tool use.',
    responses: 'Thinking mode does not support this tool_choice',
  }),
  'tool_choice by routing': everywhere({
    isRefused: isForced,
    words: "No endpoints found that support the provided 'tool_choice' value.",
    status: 404,
  }),
  'forced calls': inWords(isForced, {
    chat: 'Forced function calling is not supported by this model',
    messages:
      "This model doesn't support the toolConfig.toolChoice.any field. Remove toolConfig.toolChoice.any and try again.",
    responses: 'Forced function calling is not supported by this model',
  }),
  'tool_choice, as an enumeration': inWords(isForced, {
    chat: 'body -> tool_choice: value is not a valid enumeration member',
    messages:
      "tool_choice: Input tag 'any' found using 'type' does not match any of the expected tags: 'auto', 'none'",
    responses: {
      error: {
        message: "Invalid value: 'required'. Supported values are: 'auto' and 'none'.",
        type: 'invalid_request_error',
        param: 'tool_choice',
        code: 'invalid_value',
      },
    },
  }),
  'tool_choice at all': inWords(has('tool_choice'), {
    chat: 'Unrecognized request argument supplied: tool_choice',
    messages: 'tool_choice: Extra inputs are not permitted',
    responses: "Unknown parameter: 'tool_choice'.",
  }),
  'temperature by its bounds': inWords(has('temperature'), {
    chat: 'temperature: Input should be less than or equal to 0.1',
    messages: 'temperature: Input should be less than or equal to 0.1',
    responses:
      "Invalid 'temperature': decimal above maximum value. Expected a value <= 0.1, but got 0.5 instead.",
  }),
  'the size of the output, which speaks of a context window': inWords(
    (body) => limitOf(body) > 4096,
    {
      chat: '`max_completion_tokens` must be less than or equal to `4096`, the maximum value for it is less than the `context_window` for this model',
      messages:
        '`max_tokens` must be less than or equal to `4096`, the maximum value for it is less than the `context_window` for this model',
      responses:
        '`max_output_tokens` must be less than or equal to `4096`, the maximum value for it is less than the `context_window` for this model',
    },
  ),
  'the other name of the output limit': inWords(has('max_completion_tokens'), {
    chat: 'field required: max_tokens',
  }),
  'the order of a template': ofSystem('Conversations must start with a user prompt'),
  temperature: inWords(has('temperature'), {
    chat: "Unsupported value: 'temperature' does not support 0.5 with this model. Only the default (1) value is supported.",
    messages: '`temperature` is deprecated for this model.',
    responses: "Unsupported parameter: 'temperature' is not supported with this model.",
  }),
  'temperature, as FastAPI says': everywhere({
    isRefused: has('temperature'),
    words: {
      detail: [
        {
          type: 'extra_forbidden',
          loc: ['body', 'temperature'],
          msg: 'Extra inputs are not permitted',
        },
      ],
    },
    status: 422,
  }),
  'an output limit that is not known': {
    chat: {
      isRefused: has('max_completion_tokens'),
      words: 'Unrecognized request argument supplied: max_completion_tokens',
    },
    responses: {
      isRefused: has('max_output_tokens'),
      words: "Unknown parameter: 'max_output_tokens'.",
    },
  },
  'the size of the output': inWords((body) => limitOf(body) > 4096, {
    chat: 'max_completion_tokens is too large: 9000. This model supports at most 4096 completion tokens, whereas you provided 9000.',
    messages:
      'max_tokens: 9000 > 4096, which is the maximum allowed number of output tokens for claude-3-haiku-20240307',
    responses:
      "Invalid 'max_output_tokens': integer above maximum value. Expected a value <= 4096, but got 9000 instead.",
  }),
  'a keyword of schemas': inWords(mentions('required'), {
    chat: `Invalid JSON payload received. Unknown name "required" at 'tools[0].function_declarations[0].parameters': Cannot find field.`,
    messages: 'tools.0.custom.input_schema.required: Extra inputs are not permitted',
    responses: "Invalid schema for function 'send_message': 'required' is not permitted.",
  }),
  'strict, which a server does not know': {
    responses: {
      isRefused: mentions('strict'),
      isOdd: true,
      words: "Unknown parameter: 'tools[0].strict'.",
    },
  },
  'include, which a server does not know': {
    responses: { isRefused: has('include'), isOdd: true, words: "Unknown parameter: 'include'." },
  },
  'encrypted reasoning, from a model without reasoning': {
    responses: {
      isRefused: has('include'),
      isOdd: true,
      words: 'Encrypted content is not supported with this model.',
    },
  },
  'cache marks': {
    messages: {
      isRefused: (body) => JSON.stringify(body).includes('"cache_control":'),
      words: 'system.0.cache_control: Extra inputs are not permitted',
    },
  },
  'the system role': ofSystem('System role not supported', 500),
  'developer instructions': ofSystem(
    'Developer instruction is not enabled for models/gemma-3-27b-it',
  ),
}

/** Refusals of a model that is asked to think, and does not. */
export const THINKS_NOT: Readonly<Record<WireName, readonly string[]>> = {
  chat: [
    'This model does not support thinking',
    "Unsupported parameter: 'reasoning_effort' is not supported with this model.",
  ],
  messages: [
    'This model does not support thinking',
    'adaptive thinking is not supported on this model',
    'thinking: Extra inputs are not permitted',
  ],
  responses: [
    'This model does not support thinking',
    "Unsupported parameter: 'reasoning.effort' is not supported with this model.",
  ],
}
