import { isRecord } from '../../core/is-record.ts'
import type { Learned } from '../learned/learned.ts'
import type { ProviderRefusal } from '../wire/classify-failure.ts'
import { learnWith } from '../wire/learn-with.ts'
import {
  names,
  ofKeywords,
  ofParametersBut,
  ofStream,
  outputSizeIn,
  REFUSES,
  type Refused,
} from '../wire/lessons.ts'

/* Corrections from refusals of Messages requests. */

const OWN = new Set(['model', 'messages', 'system', 'max_tokens', 'tools', 'tool_choice', 'stream'])
const LESSONS = [
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

/** Switches to the other kind of thinking, and after both were refused to none. */
function ofThinking({ text, body, learned }: Refused): Learned | undefined {
  const { thinking, output_config: config } = body
  const speaksOfEffort = /output_config|\beffort\b/i.test(text)
  const speaksOfThinking = /thinking/i.test(text)
  if (!isRecord(thinking) || !REFUSES.test(text)) return undefined
  if (/tool_choice|temperature|top_[pk]/i.test(text)) return undefined
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

/** Models that always think accept no forced tool choice. */
function ofToolChoice({ text, body }: Refused): Learned | undefined {
  const choice = body.tool_choice
  const isForced = isRecord(choice) && (choice.type === 'any' || choice.type === 'tool')
  return isForced && /tool_choice|forc\w* tool/i.test(text) ? { toolChoice: 'none' } : undefined
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
