import { isRecord } from '../../core/is-record.ts'
import type { Learned } from '../learned/learned.ts'
import type { ProviderRefusal } from '../wire/classify-failure.ts'
import type { Fields } from '../wire/fields.ts'
import { learnWith } from '../wire/learn-with.ts'
import {
  NOT_OF_THINKING,
  names,
  ofHistory,
  ofKeywords,
  ofParametersBut,
  ofStream,
  outputSizeIn,
  REFUSES,
  type Refused,
} from '../wire/lessons.ts'
import { isThinking, OWN_THINKING } from './message-extras.ts'

/* Corrections from refusals of Messages requests. */

const OWN = new Set(['model', 'messages', 'system', 'max_tokens', 'tools', 'tool_choice', 'stream'])
const LESSONS = [
  ofHistory(thinkingIn, OWN_THINKING),
  ofThinking,
  ofToolChoice,
  ofOutputSize,
  ofMarks,
  ofKeywords,
  ofParametersBut(new Set([...OWN, 'thinking'])),
  ofStream,
]

export const learnFrom = learnWith(LESSONS, isAboutThoughts)

/**
 * The server refuses earlier thinking: signatures from another account or time, or missing blocks. This one request
 * leaves the thinking out.
 */
function isAboutThoughts({ status, detail: { message } }: ProviderRefusal): boolean {
  return (
    status === 400 &&
    (/signature/i.test(message) ||
      /thinking[\s\S]{0,40}blocks?[\s\S]{0,200}(?:cannot be modified|must remain|expected|must start)/i.test(
        message,
      ) ||
      /expected [`'"]?(?:redacted_)?thinking/i.test(message) ||
      /must start with a thinking block/i.test(message))
  )
}

function thinkingIn({ messages }: Fields): readonly Fields[] {
  const turns = Array.isArray(messages) ? messages.filter(isRecord) : []
  return turns.flatMap(({ content }) =>
    Array.isArray(content) ? content.filter(isRecord).filter(isThinking) : [],
  )
}

/** Switches to the other kind of thinking, and after both were refused to none. */
function ofThinking({ text, body, learned }: Refused): Learned | undefined {
  const { thinking, output_config: config } = body
  const speaksOfEffort = /output_config|\beffort\b/i.test(text)
  const speaksOfThinking = /thinking/i.test(text)
  if (!isRecord(thinking) || !REFUSES.test(text)) return undefined
  if (NOT_OF_THINKING.test(text)) return undefined
  if (config !== undefined && speaksOfEffort && !speaksOfThinking) {
    return { omit: [...(learned.omit ?? []), 'output_config'] }
  }
  if (thinking.display !== undefined && names(text, 'display')) {
    return { omitFields: [...(learned.omitFields ?? []), 'display'] }
  }
  if (!speaksOfThinking && !names(text, 'adaptive')) return undefined
  return { thinking: otherThinking(learned.thinking, text) }
}

function otherThinking(refused: Learned['thinking'], text: string): Learned['thinking'] {
  if (refused === undefined) return 'budget'
  return refused === 'budget' && names(text, 'adaptive') ? 'adaptive' : 'none'
}

/** Models that always think accept no forced tool choice, and some gateways none at all. */
function ofToolChoice({ text, body }: Refused): Learned | undefined {
  const choice = body.tool_choice
  // The flags of vLLM that its operator must set have a similar name.
  const isNamed =
    /tool[_ -]?choice|forc\w* (?:tool|function)/i.test(text) &&
    !/--enable-auto-tool-choice/.test(text)
  if (!isRecord(choice) || choice.type === 'none' || !isNamed) return undefined
  const isForced = choice.type === 'any' || choice.type === 'tool'
  return isForced || REFUSES.test(text) ? { toolChoice: 'none' } : undefined
}

function ofOutputSize({ text, body }: Refused): Learned | undefined {
  const size = /max_tokens/i.test(text) ? outputSizeIn(text, Number(body.max_tokens)) : undefined
  return size === undefined ? undefined : { maxOutputTokens: size }
}

function ofMarks({ text, learned }: Refused): Learned | undefined {
  const { omitFields = [] } = learned
  if (omitFields.includes('cache_control') || !names(text, 'cache_control')) return undefined
  return { omitFields: [...omitFields, 'cache_control'] }
}
