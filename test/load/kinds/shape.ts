/**
 * A file as people have it, and what must come of it: patterns that match what was taken, in this order, or with
 * `refused` the reason in the report.
 */
export type Shape =
  | readonly [name: string, content: string | Uint8Array, expected: readonly RegExp[]]
  | readonly [name: string, content: string | Uint8Array, refused: RegExp]

export const latin = (text: string) => Buffer.from(text, 'latin1')
export const utf16 = (text: string) => Buffer.from(`\uFEFF${text}`, 'utf16le')
export const utf16Big = (text: string) => utf16(text).swap16()
export const marked = (text: string) => `\uFEFF${text}`
export const json = (value: unknown) => JSON.stringify(value)
export const lines = (...values: readonly unknown[]) => values.map(json).join('\n')
