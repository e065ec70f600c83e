/** Key formats of well-known issuers, also half-masked as some servers quote them. */
const KEY_PATTERNS: readonly RegExp[] = [
  /\b(?:sk|pk|rk|gsk|xai|csk|fw|tgp)[-_][\w*.-]{6,}/g,
  /\bAIza[\w-]{20,}/g,
  /\bAKIA[0-9A-Z]{12,}/g,
  /\bgh[opsu]_\w{20,}/g,
  /\bBearer\s+[\w.~+/=-]{8,}/gi,
  // Bounded: otherwise every `eyJ` in a long text without dots is scanned to the end.
  /\beyJ[\w-]{8,4000}\.[\w-]{8,8000}\.[\w-]+/g,
]

/** Shorter values are placeholders like "none"; redacting them would garble the text. Chosen by hand. */
const MIN_SECRET_LENGTH = 6
/** A shorter piece of a secret, or a re-encoding of a short one, may be ordinary text. Chosen by hand. */
const MIN_PIECE_LENGTH = 12
/** The rest of a truncated or masked key: `abcdefghijkl…`, `abcdefghijkl****`. */
const REST = '[\\w*.…+/=-]*'

export type Redaction = (text: string) => string

/**
 * Replaces these secrets in all encodings. `patterns`: the formats of keys to replace as well, those of well-known issuers
 * by default.
 */
export function createRedaction(
  secrets: readonly string[],
  patterns: readonly RegExp[] = KEY_PATTERNS,
): Redaction {
  const forms = secrets
    .filter((secret) => secret.length >= MIN_SECRET_LENGTH)
    .flatMap((secret) => [secret, ...otherForms(secret)])
    // Longest first: a secret may begin with another one.
    .sort((a, b) => b.length - a.length)
  const pieces = forms.filter((form) => form.length >= 2 * MIN_PIECE_LENGTH)
  const known = [
    ...forms.map(literally),
    ...pieces.map((form) => literally(form.slice(0, MIN_PIECE_LENGTH)) + REST),
    ...pieces.map((form) => literally(form.slice(-MIN_PIECE_LENGTH))),
  ]
  const all = known.length === 0 ? patterns : [new RegExp(known.join('|'), 'gi'), ...patterns]
  return (text) => all.reduce((redacted, pattern) => redacted.replace(pattern, '[redacted]'), text)
}

export function redactSecrets(text: string, secrets: readonly string[]): string {
  return createRedaction(secrets)(text)
}

/** JSON, URL, hexadecimal and base64 forms. Base64 in three alignments, since 0 to 2 preceding bytes shift it. */
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
  ].filter((form) => form.length >= MIN_PIECE_LENGTH)
}

function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}
