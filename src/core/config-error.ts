/** An invalid setting. The message is one line: the setting's name, the value found, the values allowed. */
export class ConfigError extends Error {}

/** The first two characters and the length of a possible secret, for error messages. */
export function mask(secret: string): string {
  return `${secret.slice(0, 2)}… (${secret.length} characters)`
}
