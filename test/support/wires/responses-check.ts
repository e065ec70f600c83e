import { createHash } from 'node:crypto'
import { type Fields, unknownKey } from './speech.ts'

/* Stateless requests that OpenAI's Responses API refuses, as documented and as people report. */

const BODY = [
  'model',
  'input',
  'instructions',
  'tools',
  'tool_choice',
  'temperature',
  'max_output_tokens',
  'reasoning',
  'store',
  'include',
  'stream',
  'parallel_tool_calls',
]
const ITEMS: Readonly<Record<string, readonly string[]>> = {
  message: ['type', 'role', 'content', 'phase'],
  function_call: ['type', 'call_id', 'name', 'arguments', 'id', 'status'],
  function_call_output: ['type', 'call_id', 'output', 'id', 'status'],
  reasoning: ['type', 'summary', 'encrypted_content', 'content', 'id', 'status'],
}

export function encrypt(thought: string): string {
  return `${Buffer.from(thought).toString('base64')}.${createHash('sha256').update(`kept:${thought}`).digest('hex')}`
}

function isOurs(encrypted: unknown): boolean {
  const [text = ''] = String(encrypted).split('.')
  return encrypt(Buffer.from(text, 'base64').toString()) === encrypted
}

export interface ResponsesRules {
  /** Whether the call was made after reasoning, which has to come back with it. */
  thoughtBefore(callId: string): boolean
}

export function checkResponses(body: Fields, rules: ResponsesRules): string | undefined {
  const extra = unknownKey(body, BODY)
  if (extra !== undefined) return `Unknown parameter: '${extra}'.`
  if (body.store !== false) return "'store' must be false: this server keeps nothing."
  if (!body.include?.includes('reasoning.encrypted_content')) {
    return "'include' lacks reasoning.encrypted_content"
  }
  if (!Array.isArray(body.input) || body.input.length === 0) {
    return "Missing required parameter: 'input'."
  }
  const { max_output_tokens: most, reasoning = {} } = body
  if (most !== undefined && !(most >= 16)) {
    return "Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16."
  }
  if (body.temperature !== undefined && !(body.temperature >= 0 && body.temperature <= 2)) {
    return "Invalid 'temperature': decimal above maximum value. Expected a value <= 2."
  }
  const odd = unknownKey(reasoning, ['effort', 'summary'])
  if (odd !== undefined) return `Unknown parameter: 'reasoning.${odd}'.`
  return checkTools(body) ?? checkItems(body.input) ?? checkOrder(body.input, rules)
}

function checkTools({ tools = [], tool_choice: choice }: Fields): string | undefined {
  for (const tool of tools) {
    const extra = unknownKey(tool, ['type', 'name', 'description', 'parameters', 'strict'])
    if (extra !== undefined) return `Unknown parameter: 'tools[0].${extra}'.`
    if (tool.type !== 'function' || !/^[\w-]{1,64}$/.test(tool.name))
      return "Invalid 'tools[0].name'"
    if (tool.parameters?.type !== 'object') return "Invalid schema for function: 'type' is required"
    if (tool.strict !== false)
      return 'Invalid schema: strict schemas list all properties as required'
  }
  if (choice === undefined) return undefined
  if (typeof choice !== 'string') {
    const isKnown = tools.some(({ name }: Fields) => name === choice.name)
    return choice.type === 'function' && isKnown
      ? undefined
      : "Tool choice 'function' not found in 'tools' parameter."
  }
  const isKnown = ['auto', 'required', 'none'].includes(choice)
  return isKnown && tools.length > 0
    ? undefined
    : "Invalid 'tool_choice': only allowed when 'tools' are specified."
}

function checkItems(input: readonly Fields[]): string | undefined {
  for (const [index, item] of input.entries()) {
    const known = ITEMS[item.type]
    if (!known) return `Invalid value: '${item.type}' for 'input[${index}].type'.`
    const extra = unknownKey(item, known)
    if (extra !== undefined) return `Unknown parameter: 'input[${index}].${extra}'.`
    if (item.id !== undefined) {
      return `Item with id '${item.id}' not found. Items are not persisted when \`store\` is set to false. Try again with \`store\` set to true, or remove this item from your input.`
    }
    const problem = checkItem(item)
    if (problem !== undefined) return `input[${index}]: ${problem}`
  }
  return undefined
}

function checkItem(item: Fields): string | undefined {
  switch (item.type) {
    case 'message': {
      if (Array.isArray(item.content)) return checkParts(item)
      const isText = typeof item.content === 'string' && item.content.trim() !== ''
      if (!['user', 'assistant', 'system', 'developer'].includes(item.role)) return 'invalid role'
      if (!isText) return 'invalid content'
      return /\p{Surrogate}/u.test(item.content) ? 'invalid unicode' : undefined
    }
    case 'function_call':
      if (!/^[\w-]{1,64}$/.test(item.name)) return "Invalid 'name': string does not match pattern."
      if (!(item.call_id?.length <= 64)) return "Invalid 'call_id': string too long."
      return typeof item.arguments === 'string' ? undefined : 'invalid arguments'
    case 'function_call_output':
      return typeof item.output === 'string' ? undefined : 'invalid output'
    case 'reasoning':
      if (!Array.isArray(item.summary)) return "Missing required parameter: 'summary'."
      return isOurs(item.encrypted_content)
        ? undefined
        : 'The encrypted content could not be verified.'
  }
  return undefined
}

function checkParts({ role, content }: Fields): string | undefined {
  if (role !== 'user' || content.length === 0) return 'invalid content'
  const isSound = (part: Fields) =>
    (part.type === 'input_text' && part.text.trim() !== '') ||
    (part.type === 'input_image' &&
      ['auto', 'low', 'high'].includes(part.detail) &&
      /^data:image\/(png|jpeg|gif|webp);base64,[\w+/]+=*$/.test(part.image_url))
  return content.every(isSound) ? undefined : 'invalid content'
}

function checkOrder(
  input: readonly Fields[],
  { thoughtBefore }: ResponsesRules,
): string | undefined {
  const calls = new Set<string>()
  const answered = new Set<string>()
  let isThought = false
  for (const [index, item] of input.entries()) {
    const next = input[index + 1]
    const isFollowed =
      ['reasoning', 'function_call'].includes(next?.type) ||
      (next?.type === 'message' && next.role === 'assistant')
    if (item.type === 'reasoning') {
      isThought = true
      if (!isFollowed) {
        return "Item 'rs_0' of type 'reasoning' was provided without its required following item."
      }
    } else if (item.type === 'function_call') {
      if (calls.has(item.call_id)) return `Duplicate item found with call_id ${item.call_id}.`
      calls.add(item.call_id)
      if (thoughtBefore(item.call_id) && !isThought) {
        return `Item '${item.call_id}' of type 'function_call' was provided without its required 'reasoning' item.`
      }
    } else if (item.type === 'function_call_output') {
      if (!calls.has(item.call_id)) {
        return `No tool call found for function call output with call_id ${item.call_id}.`
      }
      answered.add(item.call_id)
      isThought = false
    } else if (item.role === 'user') isThought = false
  }
  const missing = [...calls].find((id) => !answered.has(id))
  return missing === undefined ? undefined : `No tool output found for function call ${missing}.`
}
