import type { ErrorDetail } from './error-body.ts'

/** Phrases with which providers refuse a request for its content. */
const FILTERED =
  /content[_ -]?(?:filter|policy|management|moderation|safety)|responsible ?ai|data_inspection_failed|inappropriate content|usage (?:policy|policies|guidelines)|content exists risk|\bmoderation\b|prohibited[_ ]content|safety (?:system|filter|settings?|reasons?|polic)|sensitive (?:content|information|words?)|new_sensitive|considered high risk|policy[_ ]violation|(?:prompt|input|content|request|message|text) (?:was |has been |is |were )?(?:flagged|blocked|filtered)|flagged as|敏感|违规|不安全/i
const STATUSES: ReadonlySet<number> = new Set([200, 400, 403, 409, 422, 451])

export function isFiltered(status: number, { message, code, type }: ErrorDetail): boolean {
  return STATUSES.has(status) && FILTERED.test([code, type, message].join(' '))
}
