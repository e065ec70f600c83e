import { createHash } from 'node:crypto'
import { type Fields, unknownKey } from './speech.ts'

/* Requests that Anthropic's Messages API refuses, as documented; turns must alternate as strictly as on Bedrock. */

const BODY = [
  'model',
  'messages',
  'max_tokens',
  'system',
  'tools',
  'tool_choice',
  'temperature',
  'thinking',
  'output_config',
  'stream',
  'metadata',
]
const BLOCKS: Readonly<Record<string, readonly string[]>> = {
  text: ['type', 'text', 'cache_control'],
  image: ['type', 'source', 'cache_control'],
  thinking: ['type', 'thinking', 'signature'],
  redacted_thinking: ['type', 'data'],
  tool_use: ['type', 'id', 'name', 'input', 'cache_control'],
  tool_result: ['type', 'tool_use_id', 'content', 'is_error', 'cache_control'],
}
const THINKING = ['thinking', 'redacted_thinking']
const MAX_MARKS = 4

export function signatureOf(thinking: string): string {
  return createHash('sha256').update(`signed:${thinking}`).digest('base64')
}

export interface MessagesRules {
  readonly thinking: readonly string[]
  /** Whether the call was made after thinking, which has to come back with it. */
  thoughtBefore(callId: string): boolean
}

export function checkMessages(body: Fields, rules: MessagesRules): string | undefined {
  const extra = unknownKey(body, BODY)
  if (extra !== undefined) return `${extra}: Extra inputs are not permitted`
  if (!Number.isInteger(body.max_tokens) || body.max_tokens < 1) return 'max_tokens: Field required'
  if (!Array.isArray(body.messages) || body.messages.length === 0) {
    return 'messages: at least one message is required'
  }
  return (
    checkMarks(body) ??
    checkThinking(body, rules) ??
    checkTools(body) ??
    checkSystem(body) ??
    checkTurns(body.messages) ??
    checkThoughts(body, rules)
  )
}

function checkMarks(body: Fields): string | undefined {
  const blocks = [
    ...(body.tools ?? []),
    ...(body.system ?? []),
    ...body.messages.flatMap(({ content }: Fields) => (Array.isArray(content) ? content : [])),
  ]
  const marks = blocks.flatMap((block: Fields) => block.cache_control ?? [])
  if (marks.length > MAX_MARKS) {
    return `A maximum of 4 blocks with cache_control may be provided. Found ${marks.length}.`
  }
  const isOdd = marks.some((mark: Fields) => JSON.stringify(mark) !== '{"type":"ephemeral"}')
  return isOdd ? 'cache_control.type: Input should be ephemeral' : undefined
}

function checkThinking(body: Fields, { thinking: takes }: MessagesRules): string | undefined {
  const { thinking, tool_choice: choice, temperature, output_config: config } = body
  if (temperature !== undefined && !(temperature >= 0 && temperature <= 1)) {
    return 'temperature: range: 0..1'
  }
  if (config !== undefined && !['low', 'medium', 'high', 'max'].includes(config.effort)) {
    return 'output_config.effort: Input should be low, medium, high or max'
  }
  if (thinking === undefined || thinking.type === 'disabled') return undefined
  if (!takes.includes(thinking.type)) {
    return thinking.type === 'enabled'
      ? '"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive" and "output_config.effort" to control thinking behavior.'
      : 'adaptive thinking is not supported on this model'
  }
  const known = thinking.type === 'adaptive' ? ['type', 'display'] : ['type', 'budget_tokens']
  const extra = unknownKey(thinking, known)
  if (extra !== undefined)
    return `thinking.${thinking.type}.${extra}: Extra inputs are not permitted`
  if (thinking.type === 'enabled') {
    if (!(thinking.budget_tokens >= 1024)) {
      return 'thinking.enabled.budget_tokens: Input should be greater than or equal to 1024'
    }
    if (thinking.budget_tokens >= body.max_tokens) {
      return '`max_tokens` must be greater than `thinking.budget_tokens`.'
    }
  }
  if (choice?.type === 'any' || choice?.type === 'tool') {
    return 'Thinking may not be enabled when tool_choice forces tool use.'
  }
  return temperature === undefined || temperature === 1
    ? undefined
    : '`temperature` may only be set to 1 when thinking is enabled.'
}

function checkTools({ tools = [], tool_choice: choice }: Fields): string | undefined {
  const names = tools.map(({ name }: Fields) => name)
  if (new Set(names).size !== names.length) return 'tools: Tool names must be unique.'
  for (const tool of tools) {
    const extra = unknownKey(tool, ['name', 'description', 'input_schema', 'cache_control'])
    if (extra !== undefined) return `tools.custom.${extra}: Extra inputs are not permitted`
    if (!/^[\w-]{1,128}$/.test(tool.name)) return 'tools.custom.name: String should match pattern'
    if (tool.input_schema?.type !== 'object') {
      return 'tools.custom.input_schema.type: Input should be object'
    }
  }
  if (choice === undefined) return undefined
  if (!['auto', 'any', 'none', 'tool'].includes(choice.type)) return 'tool_choice.type: invalid'
  if (tools.length === 0) return 'tool_choice: may only be specified while providing tools'
  const isKnown = choice.type !== 'tool' || names.includes(choice.name)
  return isKnown ? undefined : `Tool '${choice.name}' not found in provided tools`
}

function checkSystem({ system = [] }: Fields): string | undefined {
  return system.some((block: Fields) => block.type !== 'text' || block.text.trim() === '')
    ? 'system: text content blocks must be non-empty'
    : undefined
}

function checkTurns(messages: readonly Fields[]): string | undefined {
  if (messages[0]?.role !== 'user') return 'messages: first message must use the "user" role'
  const ids = new Set<string>()
  let open: readonly string[] = []
  for (const [index, message] of messages.entries()) {
    const at = `messages.${index}`
    if (message.role !== (index % 2 === 0 ? 'user' : 'assistant')) {
      return 'messages: roles must alternate between "user" and "assistant"'
    }
    const extra = unknownKey(message, ['role', 'content'])
    if (extra !== undefined) return `${at}.${extra}: Extra inputs are not permitted`
    if (message.content.length === 0) return `${at}: all messages must have non-empty content`
    for (const block of message.content) {
      const problem = checkBlock(block, message.role, ids)
      if (problem !== undefined) return `${at}.content: ${problem}`
    }
    const problem = checkResults(message, open)
    if (problem !== undefined) return `${at}: ${problem}`
    open = blocksOf(message, 'tool_use').map(({ id }) => id)
  }
  return messages.at(-1)?.role === 'user'
    ? undefined
    : 'This model does not support assistant message prefill. The conversation must end with a user message.'
}

function checkBlock(block: Fields, role: string, ids: Set<string>): string | undefined {
  const known = BLOCKS[block.type]
  if (!known) return `Input tag '${block.type}' found using 'type' does not match`
  const extra = unknownKey(block, known)
  if (extra !== undefined) return `${block.type}.${extra}: Extra inputs are not permitted`
  const isAnswers = ['tool_use', ...THINKING].includes(block.type)
  if (block.type !== 'text' && isAnswers !== (role === 'assistant')) {
    return `${block.type} blocks can only be in ${isAnswers ? 'assistant' : 'user'} messages`
  }
  switch (block.type) {
    case 'text':
      if (block.text.trim() === '') return 'text content blocks must contain non-whitespace text'
      return /\p{Surrogate}/u.test(block.text) ? 'invalid unicode' : undefined
    case 'image': {
      const { type, media_type: kind, data, ...more } = block.source ?? {}
      const isKnown = /^image\/(png|jpeg|gif|webp)$/.test(kind) && Object.keys(more).length === 0
      return type === 'base64' && isKnown && /^[\w+/]+=*$/.test(data)
        ? undefined
        : 'image.source: Input should be a base64 source'
    }
    case 'thinking':
      return block.signature === signatureOf(block.thinking)
        ? undefined
        : 'Invalid `signature` in `thinking` block'
    case 'tool_use': {
      if (!/^[\w-]+$/.test(block.id)) return 'tool_use.id: String should match pattern'
      if (ids.has(block.id)) return '`tool_use` ids must be unique'
      ids.add(block.id)
      if (!/^[\w-]{1,128}$/.test(block.name)) return 'tool_use.name: String should match pattern'
      const isObject = block.input !== null && typeof block.input === 'object'
      return isObject && !Array.isArray(block.input)
        ? undefined
        : 'tool_use.input: Input should be a valid dictionary'
    }
    case 'tool_result':
      return typeof block.content === 'string' || Array.isArray(block.content)
        ? undefined
        : 'tool_result.content: invalid'
  }
  return undefined
}

function checkResults(message: Fields, open: readonly string[]): string | undefined {
  const results = blocksOf(message, 'tool_result').map(({ tool_use_id }) => tool_use_id)
  const missing = open.filter((id) => !results.includes(id))
  if (missing.length > 0) {
    return `\`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${missing.join(', ')}`
  }
  const unexpected = results.find((id) => !open.includes(id))
  if (unexpected !== undefined) {
    return `unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${unexpected}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`
  }
  if (new Set(results).size !== results.length) return 'each tool_use must have a single result'
  const lead = message.content.slice(0, results.length)
  return lead.every(({ type }: Fields) => type === 'tool_result')
    ? undefined
    : 'tool_result blocks must come first in the content'
}

function checkThoughts(body: Fields, rules: MessagesRules): string | undefined {
  const answers = body.messages.filter(({ role }: Fields) => role === 'assistant')
  for (const { content } of answers) {
    if (THINKING.includes(content.at(-1).type)) {
      return 'The final block in an assistant message cannot be `thinking`.'
    }
  }
  const last = answers.at(-1)
  const isOn = body.thinking !== undefined && body.thinking.type !== 'disabled'
  const [call] = last ? blocksOf(last, 'tool_use') : []
  if (!isOn || !call) return undefined
  const isLacking = !last.content.some(({ type }: Fields) => THINKING.includes(type))
  const isBudget = body.thinking.type === 'enabled' && !THINKING.includes(last.content[0].type)
  return isBudget || (isLacking && rules.thoughtBefore(call.id))
    ? 'Expected `thinking` or `redacted_thinking`, but found `tool_use`. When `thinking` is enabled, a final `assistant` message must start with a thinking block.'
    : undefined
}

function blocksOf({ content }: Fields, type: string): readonly Fields[] {
  return content.filter((block: Fields) => block.type === type)
}
