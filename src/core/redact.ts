/** Keys as the usual issuers write them, also half masked ones as some servers quote them. */
const KEY_PATTERNS: readonly RegExp[] = [
  /\b(?:sk|pk|rk|gsk|xai|csk|fw|tgp)[-_][\w*.-]{6,}/g,
  /\bAIza[\w-]{20,}/g,
  /\bAKIA[0-9A-Z]{12,}/g,
  /\bgh[opsu]_\w{20,}/g,
  /\bBearer\s+[\w.~+/=-]{8,}/gi,
  // Bounded, as every `eyJ` of a long text without dots would be followed to its end.
  /\beyJ[\w-]{8,4000}\.[\w-]{8,8000}\.[\w-]+/g,
]

/** A placeholder like "none" is no secret, and taking it out would garble the text. */
const SHORTEST_SECRET = 6
/** A shorter piece of a secret, or another way to write a short one, may be something else. */
const SHORTEST_PIECE = 12
/** What is left of a key that was cut or masked: `abcdefghijkl…`, `abcdefghijkl****`. */
const REST = '[\\w*.…+/=-]*'

export type Redaction = (text: string) => string

/** Takes these secrets, however they are written, and all that looks like a key, out of texts. */
export function createRedaction(secrets: readonly string[]): Redaction {
  const forms = secrets
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .flatMap((secret) => [secret, ...otherForms(secret)])
    // Of a secret that begins with another one nothing may be left over.
    .sort((a, b) => b.length - a.length)
  const pieces = forms.filter((form) => form.length >= 2 * SHORTEST_PIECE)
  const known = [
    ...forms.map(literally),
    ...pieces.map((form) => literally(form.slice(0, SHORTEST_PIECE)) + REST),
    ...pieces.map((form) => literally(form.slice(-SHORTEST_PIECE))),
  ]
  const patterns =
    known.length === 0 ? KEY_PATTERNS : [new RegExp(known.join('|'), 'gi'), ...KEY_PATTERNS]
  return (text) =>
    patterns.reduce((redacted, pattern) => redacted.replace(pattern, '[redacted]'), text)
}

export function redactSecrets(text: string, secrets: readonly string[]): string {
  return createRedaction(secrets)(text)
}

/** In JSON, in URLs, in hexadecimal, and in base64, where what stands before it shifts it by none, one or two bytes. */
function otherForms(secret: string): readonly string[] {
  const bytes = Buffer.from(secret)
  const shifted = [0, 2, 3].map((spoilt, before) =>
    Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '')
      .slice(spoilt, -1),
  )
  return [
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret.toWellFormed()),
    bytes.toString('hex'),
    ...shifted.flatMap((text) => [text, text.replaceAll('+', '-').replaceAll('/', '_')]),
  ].filter((form) => form.length >= SHORTEST_PIECE)
}

function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}
