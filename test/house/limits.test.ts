import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { LIMITS } from '../../src/core/limits.ts'

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
const SECTION = README.slice(README.indexOf('## Limits'))

/** A row of the README's table, by how it begins. */
const ROWS: Readonly<Record<string, readonly (keyof typeof LIMITS)[]>> = {
  'name of': ['name'],
  'label of': ['label'],
  'id or name': ['reference'],
  'model or embedding': ['handle'],
  description: ['description'],
  reason: ['reason'],
  query: ['query'],
  'tag, source': ['tag', 'source', 'idempotencyKey'],
  'message |': ['message'],
  'message at': ['scheduledMessage'],
  passage: ['passage'],
  'passages of one insert': ['insert'],
  'value of a block': ['block'],
  'system prompt': ['systemPrompt'],
  'metadata of': ['metadata'],
  'arguments of a call': ['toolArguments'],
  'passages, tags': ['passages', 'tags', 'blocks', 'ids', 'toolRules'],
  'tools of an agent': ['tools'],
  children: ['branches'],
}

test.each(Object.entries(ROWS))('the README says the limit of: %s', (row, names) => {
  const line = SECTION.split('\n').find((text) => text.startsWith(`| ${row}`)) ?? ''
  for (const name of names) expect(line).toContain(`| ${LIMITS[name].toLocaleString('en')}`)
})
