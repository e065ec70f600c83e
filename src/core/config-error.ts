/** A setting that can't be used, in one line: its name, what was found, what is allowed. */
export class ConfigError extends Error {}

/** What may be shown of a value that may be a secret. */
export function mask(secret: string): string {
  return `${secret.slice(0, 2)}… (${secret.length} characters)`
}
