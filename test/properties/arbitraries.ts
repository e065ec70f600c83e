import fc from 'fast-check'

/** Every run of the tests tries the same cases; a failure prints its own. */
export const CASES = { seed: 20_261_120, numRuns: 2_000 }

/** Any text, broken ones included: halves of characters, NUL, blanks, and what looks like JSON. */
export const text = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 10 }),
  fc
    .array(fc.constantFrom('\ud83d', '\ude00', '\u0000', 'a', ' ', '\n', '"', '{', '}'), {
      maxLength: 6,
    })
    .map((units) => units.join('')),
  fc.constantFrom('', ' ', '{}', 'null'),
)

/** Arguments as a model that does no harm writes them. */
export const object = fc.dictionary(
  fc.string({ maxLength: 8 }).filter((key) => key !== '__proto__'),
  fc.jsonValue({ maxDepth: 2 }).filter((value) => !JSON.stringify(value).includes('__proto__')),
  { maxKeys: 5 },
)
