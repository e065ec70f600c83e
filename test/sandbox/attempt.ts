/** Either it fails with these words, or it returns this: never anything else, and never for long. */
export type Expected = RegExp | { readonly returns: unknown }
export type Attempt = readonly [name: string, source: string, expected: Expected]

export const LIMIT = /limit, and was stopped/
export const REFUSED = /may not|reaches no|Error|was stopped|ended the interpreter|MB of memory/
