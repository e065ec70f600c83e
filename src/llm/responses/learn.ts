import { isRecord } from '../../core/is-record.ts'
import type { Learned } from '../learned/learned.ts'
import type { ProviderRefusal } from '../wire/classify-failure.ts'
import type { Fields } from '../wire/fields.ts'
import { learnWith } from '../wire/learn-with.ts'
import {
  NOT_OF_THINKING,
  ofHistory,
  ofKeywords,
  ofParametersBut,
  ofStream,
  ofToolChoice,
  omit,
  outputSizeIn,
  REFUSES,
  type Refused,
} from '../wire/lessons.ts'
import { OWN_FIELDS } from './response-extras.ts'

/* Corrections from refusals of Responses requests. */

const OWN = new Set(['model', 'input', 'instructions', 'tools', 'tool_choice', 'stream', 'store'])
const LESSONS = [
  ofHistory(itemsIn, OWN_FIELDS),
  ofReasoning,
  ofToolChoice,
  ofOutputSize,
  ofEncrypted,
  ofKeywords,
  ofParametersBut(OWN),
  ofStream,
]

export const learnFrom = learnWith(LESSONS, isAboutThoughts)

/** The server refuses earlier reasoning, from another account or time. This one request leaves it out. */
function isAboutThoughts({ status, detail: { message, code } }: ProviderRefusal): boolean {
  return (
    (status === 400 || status === 404) &&
    (/invalid_encrypted_content/i.test(code) ||
      /encrypted content[\s\S]{0,80}(?:could not|cannot|not be|invalid|fail)/i.test(message) ||
      /item [\s\S]{0,80}(?:of type 'reasoning'|'?rs_\w+'?)[\s\S]{0,80}(?:without|not found)/i.test(
        message,
      ))
  )
}

function itemsIn({ input }: Fields): readonly Fields[] {
  return Array.isArray(input) ? input.filter(isRecord) : []
}

/** Leaves out the reasoning summary, which requires a verified organization, or all reasoning. */
function ofReasoning({ text, body, learned }: Refused): Learned | undefined {
  const { reasoning } = body
  if (!isRecord(reasoning) || !/reasoning|thinking/i.test(text)) return undefined
  if (/encrypted/i.test(text) || NOT_OF_THINKING.test(text)) return undefined
  const isVerified = /verif/i.test(text)
  if (!REFUSES.test(text) && !isVerified) return undefined
  if (reasoning.summary !== undefined && /summar/i.test(text)) {
    return { omitFields: [...(learned.omitFields ?? []), 'summary'] }
  }
  return omit(learned, 'reasoning')
}

function ofOutputSize({ text, body }: Refused): Learned | undefined {
  if (body.max_output_tokens === undefined || !/max_output_tokens/i.test(text)) return undefined
  const size = outputSizeIn(text, Number(body.max_output_tokens))
  return size === undefined ? undefined : { maxOutputTokens: size }
}

/** For models without reasoning. */
function ofEncrypted({ text, body, learned }: Refused): Learned | undefined {
  const isMeant = /encrypted[_ ]content|\binclude\b/i.test(text) && REFUSES.test(text)
  return body.include !== undefined && isMeant ? omit(learned, 'include') : undefined
}
