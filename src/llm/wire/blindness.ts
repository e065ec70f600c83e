import type { ProviderRefusal } from './classify-failure.ts'

/*
 * Recognizes the refusal of a model that takes no pictures, as opposed to the refusal of one picture for its size,
 * format or content. Servers word both in many ways, so these are words rather than sentences.
 */

const PICTURE = /image|picture|vision|multi-?modal|modalit|mmproj|input_image/i
/** Faults of a picture, which another picture would not have. */
const ONE_PICTURE =
  /format|corrupt|decod|exceed|too (?:large|big|many|small|long)|larger|smaller|dimension|pixels|\b\d+ ?[KM]i?B\b|megabyte|(?:could not|unable to|failed to|cannot) (?:process|load|read|open|download|parse)|invalid (?:image|base64)|not (?:a )?valid|base64|animated|damaged|truncated|media.?type/i
const LACKS =
  /\bnot\b|n['’]t\b|\bonly\b|\bno\b|unsupported|unknown|unrecogni[sz]ed|expected|must be|at most 0|unexpected|invalid/i
/** The content of messages must be text, whatever the list holds. */
const TEXT_ONLY =
  /content[\s\S]{0,60}(?:must be|should be|expected|not)[\s\S]{0,30}\bstr(?:ing)?\b|expected (?:a )?string|sequence, expected/i

/** Statuses of refusals that concern the request; llama.cpp answers 500. */
const STATUSES: ReadonlySet<number> = new Set([400, 404, 415, 422, 500, 501])

/** Whether the refusal of a request with pictures says that the model sees none. */
export function saysBlind({ status, detail }: Pick<ProviderRefusal, 'status' | 'detail'>): boolean {
  if (!STATUSES.has(status)) return false
  const text = [detail.message, detail.code, detail.type, detail.param].join(' ')
  if (TEXT_ONLY.test(text)) return true
  return PICTURE.test(text) && LACKS.test(text) && !ONE_PICTURE.test(text)
}
