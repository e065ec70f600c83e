import { parse } from '@babel/parser'
import { describe, expect, it } from 'vitest'
import { readSignature } from '../../src/source/languages/read-signature.ts'
import { typescriptProgram } from '../../src/source/typescript/program.ts'
import { TYPESCRIPT_FUNCTIONS } from './typescript-functions.ts'

const all = Object.entries(TYPESCRIPT_FUNCTIONS)

describe('the signature of a TypeScript function', () => {
  it.each(all)(
    'of %s is what its author meant',
    async (name, [source, description, parameters]) => {
      const read = await readSignature('typescript', source)
      expect({ ...read, reserved: [] }).toEqual({ name, description, parameters, reserved: [] })
    },
  )

  it.each(all)('leaves JavaScript of %s in which every line is where it was', (name, [source]) => {
    const { code } = typescriptProgram(source, name)
    parse(code, { sourceType: 'module' })
    const lines = code.split('\n')
    for (const [index, line] of source.trimEnd().split('\n').entries()) {
      const word = /\b(return|yield|const) \w+/.exec(line)?.[0]
      if (word !== undefined) expect(lines[index]).toContain(word)
    }
  })

  it('names the reserved parameters, which the schema omits', async () => {
    const source =
      'export function f(agentState: any, a: number, client: any, agent_id?: string) {}'
    const read = await readSignature('typescript', source)
    expect(read.reserved).toEqual(['agent_state', 'client', 'agent_id'])
    expect(read.parameters).toMatchObject({ properties: { a: { type: 'number' } } })
  })

  it('reads another function when its name is given', async () => {
    const source = 'export function first(a: number) {}\nexport function second(b: string) {}'
    expect((await readSignature('typescript', source, 'first')).name).toBe('first')
    await expect(readSignature('typescript', source, 'third')).rejects.toThrow(/no function third/)
  })

  it.each([
    ['brackets', '['.repeat(50_000)],
    ['blocks', '{'.repeat(50_000)],
    ['types', `export function f(a: ${'Array<'.repeat(10_000)}string${'>'.repeat(10_000)}) {}`],
    ['operators', `const a = ${'!'.repeat(90_000)}1`],
    ['a sum', `const a = ${'1+'.repeat(90_000)}1`],
    ['statements', 'if(1)'.repeat(30_000)],
    ['functions', `const a = ${'x=>'.repeat(50_000)}1`],
  ])('refuses %s that nest too deeply', async (_, source) => {
    await expect(readSignature('typescript', source)).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining('nests too deeply'),
    })
  })

  it('executes nothing', async () => {
    const source = 'process.exit(1)\nthrow 1\nexport function f(a: number = process.exit(1)) {}'
    expect((await readSignature('typescript', source)).parameters.properties).toEqual({
      a: { type: 'number' },
    })
  })

  it.each([
    ['export function f(a, b) {}', /^Line 1: the parameter a has no type; write a: string/],
    ['export function f(\n  a: number,\n  b,\n) {}', /^Line 3: the parameter b has no type/],
    [
      'export function f(a: () => void) {}',
      /^Line 1: the type \(\) => void of the parameter a can't/,
    ],
    ['export function f(a: { b: { c: symbol } }) {}', /symbol of the parameter a\.b\.c can't/],
    [
      'export function f(a: Buffer) {}',
      /^Line 1: the type Buffer of the parameter a is not declared/,
    ],
    [
      'export function f(...a: string[]) {}',
      /^Line 1: each parameter of the function needs a name/,
    ],
    ['let a = 1\nexport function f(a: string {', /^Line 2: /],
    ['const a = 1', /contains no function.*export function add/],
    [
      'interface T { t: T }\nexport function f(a: T) {}',
      /^Line 1: the type T of the parameter a\.t contains itself/,
    ],
    ['import { z } from "zod"\nexport function f() {}', /^Line 1: "zod" can't be imported/],
    ['/** @param {string[ a x */\nfunction f(a) {}', /JSDoc|no type/],
    [`export function f() {}${' '.repeat(200_000)}`, /longer than 200000/],
  ])('refuses %j with a sentence', async (source, message) => {
    await expect(readSignature('typescript', source)).rejects.toThrow(message)
  })

  it.each([
    ['namespace N { export const a = 1 }\nfunction f() {}', /^Line 1: namespaces can't be used/],
    [
      'class C {\n  constructor(private a: string) {}\n}\nfunction f() {}',
      /^Line 2: properties declared/,
    ],
    ['enum E { A = Math.random() }\nfunction f() {}', /^Line 1: the member A of the enum E/],
  ])('runs no %j, whose types are more than types', (source, message) => {
    expect(() => typescriptProgram(source, 'f')).toThrow(message)
  })
})
