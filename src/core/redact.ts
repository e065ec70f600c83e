/** Keys as the usual issuers write them, also half masked ones as some servers quote them. */
const KEY_PATTERNS: readonly RegExp[] = [
  /\b(?:sk|pk|rk|gsk|xai|csk|fw|tgp)[-_][\w*.-]{6,}/g,
  /\bAIza[\w-]{20,}/g,
  /\bAKIA[0-9A-Z]{12,}/g,
  /\bgh[opsu]_\w{20,}/g,
  /\bBearer\s+[\w.~+/=-]{8,}/gi,
  /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]+/g,
]

/** A placeholder like "none" is no secret, and taking it out would garble the text. */
const SHORTEST_SECRET = 6

/** Takes these secrets, and all that looks like a key, out of a text. */
export function redactSecrets(text: string, secrets: readonly string[]): string {
  const known = secrets
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    // Of a secret that begins with another one nothing may be left over.
    .sort((a, b) => b.length - a.length)
    .reduce((redacted, secret) => redacted.replaceAll(secret, '[redacted]'), text)
  return KEY_PATTERNS.reduce((redacted, pattern) => redacted.replace(pattern, '[redacted]'), known)
}
