import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { PROVIDERS } from '../../src/llm/providers.ts'

const read = (file: string) => JSON.parse(readFileSync(file, 'utf8'))
const entry = read('server.json')
const manifest = read('package.json')

/** The registry's schema, as far as we use it; no other field is allowed. */
const Entry = z.strictObject({
  $schema: z.url(),
  name: z.string().regex(/^[a-zA-Z0-9.-]+\/[a-zA-Z0-9._-]+$/),
  title: z.string().min(1).max(100),
  description: z.string().min(1).max(100),
  version: z.string().regex(/^\d+\.\d+\.\d+$/),
  packages: z.array(
    z.strictObject({
      registryType: z.literal('npm'),
      identifier: z.string(),
      version: z.string(),
      runtimeHint: z.literal('npx'),
      transport: z.strictObject({ type: z.literal('stdio') }),
      environmentVariables: z.array(
        z.strictObject({
          name: z.string().regex(/^[A-Z_]+$/),
          description: z.string().min(1),
          default: z.string().optional(),
          placeholder: z.string().optional(),
          format: z.enum(['string', 'number', 'boolean', 'filepath']).optional(),
          isRequired: z.boolean().optional(),
          isSecret: z.boolean().optional(),
        }),
      ),
    }),
  ),
})

test('the entry for the registry has the shape that it takes', () => {
  expect(Entry.safeParse(entry).error).toBeUndefined()
})

/** SERVER_SCHEMA=<file>: a copy of what stands at the address in `$schema`. */
test.skipIf(process.env.SERVER_SCHEMA === undefined)("it is valid by the registry's schema", () => {
  const schema = read(process.env.SERVER_SCHEMA ?? '')
  expect(schema.$id).toBe(entry.$schema)
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true })
  const isValid = ajv.compile(schema)
  isValid(entry)
  expect(isValid.errors).toBeNull()
  expect(isValid({ ...entry, name: 'recollect' })).toBe(false)
})

test('it names the package as it is, in this version', () => {
  const [{ identifier, version }] = entry.packages
  expect({ identifier, version }).toEqual({ identifier: manifest.name, version: manifest.version })
  expect(entry.version).toBe(manifest.version)
  // By this the registry knows that who publishes the one may publish the other.
  expect(manifest.mcpName).toBe(entry.name)
})

test('every variable in it is one of ours, and keys are secrets', () => {
  const keys = PROVIDERS.flatMap(({ keyVariables }) => keyVariables)
  const known = [
    ...keys,
    ...PROVIDERS.map(({ baseUrlVariable }) => baseUrlVariable),
    ...(readFileSync('README.md', 'utf8').match(/RECOLLECT_[A-Z_]+/g) ?? []),
  ]
  const variables: readonly { readonly name: string; readonly isSecret?: boolean }[] =
    entry.packages[0].environmentVariables
  expect(variables.length).toBeGreaterThan(5)
  for (const { name, isSecret = false } of variables) {
    expect(known).toContain(name)
    expect(isSecret, name).toBe(keys.includes(name))
  }
})
