import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseToolArguments } from '../../src/agent/step/parse-tool-arguments.ts'
import { UserError } from '../../src/core/errors.ts'
import { CASES, object, text } from './arbitraries.ts'

/** null: refused. Anything but a UserError is a fault of ours. */
function parse(written: string): Readonly<Record<string, unknown>> | null {
  try {
    const { value, text: kept } = parseToolArguments('tool', written)
    expect(JSON.parse(kept), 'what is kept is what is run').toEqual(value)
    return value
  } catch (error) {
    if (error instanceof UserError) return null
    throw error
  }
}

const spacing = fc.constantFrom(undefined, 2, '\t')

it('anything at all is an object, or refused with words for the model', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        text,
        fc.json(),
        object.map((value) => JSON.stringify(value)),
      ),
      (written) => {
        const value = parse(written)
        expect(value === null || (typeof value === 'object' && !Array.isArray(value))).toBe(true)
      },
    ),
    CASES,
  )
})

it('a valid object is taken as it is, to the letter', () => {
  fc.assert(
    fc.property(object, spacing, (value, space) => {
      const written = JSON.stringify(value, null, space)
      const parsed = parseToolArguments('tool', written)
      expect(parsed.value).toEqual(JSON.parse(written))
      expect(parsed.text).toBe(written)
    }),
    CASES,
  )
})

it('one that is cut off anywhere is never run', () => {
  fc.assert(
    fc.property(object, spacing, fc.nat(), (value, space, cut) => {
      const written = JSON.stringify(value, null, space)
      const half = written.slice(0, 1 + (cut % (written.length - 1)))
      expect(parse(half)).toBeNull()
      expect(parse(`\`\`\`json\n${half}`)).toBeNull()
      expect(parse(`\`\`\`json\n${half}\n\`\`\``)).toBeNull()
      // As JSON in JSON, whose own end may be missing or there.
      expect(parse(JSON.stringify(half))).toBeNull()
      expect(parse(JSON.stringify(half).slice(0, -1))).toBeNull()
    }),
    CASES,
  )
})

it('repairs give back what was meant', () => {
  fc.assert(
    fc.property(object, spacing, (value, space) => {
      const written = JSON.stringify(value, null, space)
      const meant = JSON.parse(written)
      expect(parse(`\`\`\`json\n${written}\n\`\`\``)).toEqual(meant)
      expect(parse(` \`\`\`\n${written}\n\`\`\`\n`)).toEqual(meant)
      expect(parse(JSON.stringify(written))).toEqual(meant)
      if (Object.keys(value).length > 0) {
        expect(parse(written.replace(/\s*\}$/, ' , }'))).toEqual(meant)
      }
    }),
    CASES,
  )
})

it('texts with line breaks, tabs and other control characters as they are mean what they show', () => {
  fc.assert(
    fc.property(object, (value) => {
      const whole = JSON.stringify(value)
      const raw = whole.replace(/\\\\|\\([nrtbf])|\\u00([01][0-9a-f])/g, (written, letter, code) =>
        letter || code ? JSON.parse(`"${written}"`) : written,
      )
      expect(parse(raw)).toEqual(JSON.parse(whole))
    }),
    CASES,
  )
})

it('commas inside of texts are nobody’s business', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(',', '}', ']', '"', '\\', ' ', 'a', '{'), { maxLength: 10 }),
      (units) => {
        const value = { a: units.join(''), b: [units.join('')] }
        const broken = `${JSON.stringify(value).slice(0, -1)},}`
        expect(parse(broken)).toEqual(value)
      },
    ),
    CASES,
  )
})

it.each([
  ['escaped quotes', '"\\"'],
  ['commas', ', '],
  ['brackets', '{[}],'],
  ['backslashes', '\\'],
])('a great many %s are read in no time', (_, piece) => {
  const start = performance.now()
  expect(parse(`"${piece.repeat(30_000)}`)).toBeNull()
  expect(parse(`{"a":${piece.repeat(20_000)}`)).toBeNull()
  expect(performance.now() - start).toBeLessThan(1_000)
})

it('no prototype is touched, wherever the key stands', () => {
  fc.assert(
    fc.property(object, fc.constantFrom('x', '"y"', '{"a":1}'), (value, inner) => {
      const member = `"__proto__":${inner === 'x' ? '1' : inner}`
      const rest = JSON.stringify(value).slice(1, -1)
      const written = `{${[rest, member].filter((part) => part !== '').join(',')}}`
      expect(parse(written)).toBeNull()
      expect(parse(`{"deep":[${written}]}`)).toBeNull()
      expect(Object.prototype).not.toHaveProperty('a')
    }),
    CASES,
  )
})
