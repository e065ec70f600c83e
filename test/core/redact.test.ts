import { expect, test } from 'vitest'
import { redactSecrets } from '../../src/core/redact.ts'

test('known secrets are redacted everywhere, with any characters', () => {
  const secret = 'p$1.w(rd*'
  expect(redactSecrets(`a ${secret}, ${secret}!`, [secret])).toBe('a [redacted], [redacted]!')
})

test('a secret that begins with another one is redacted completely', () => {
  const secrets = ['correct-horse', 'correct-horse-battery']
  expect(redactSecrets('key=correct-horse-battery', secrets)).toBe('key=[redacted]')
  expect(redactSecrets('key=correct-horse-battery', [...secrets].reverse())).toBe('key=[redacted]')
})

test.each([
  ['in JSON', 'before 3n+/Xq\\"7kPz0WvYt4Lm8RsBc1 after'],
  ['in a URL', 'before 3n%2B%2FXq%227kPz0WvYt4Lm8RsBc1 after'],
  ['in base64', `before ${btoa('3n+/Xq"7kPz0WvYt4Lm8RsBc1')} after`],
  ['in base64 behind a name', `before ${btoa('me:3n+/Xq"7kPz0WvYt4Lm8RsBc1')} after`],
  ['in other cases', 'before 3N+/xQ"7KpZ0wVyT4lM8rSbC1 after'],
  ['cut', 'before 3n+/Xq"7kPz0W… after'],
  ['masked', 'before 3n+/Xq"7kPz0****8RsBc1 after'],
])('a secret that is written %s is taken out', (_, text) => {
  const redacted = redactSecrets(text, ['3n+/Xq"7kPz0WvYt4Lm8RsBc1'])
  expect(redacted).toMatch(/^before \S{0,4}\[redacted\]\S{0,3} after$/)
})

test('a placeholder is no secret', () => {
  expect(redactSecrets('there is none', ['none', ''])).toBe('there is none')
})

test.each([
  'sk-proj-abcDEF123456',
  'sk-ant-api03-abc_DEF-123',
  'sk-abc***********xyz',
  'gsk_abcdef123456',
  'xai-abcdef123456',
  'AIzaSyA1234567890abcdefghij',
  'AKIAIOSFODNN7EXAMPLE',
  'ghp_abcdefghij0123456789',
  'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.s5Zx-abc',
])('%s is taken for a key though nobody told', (key) => {
  expect(redactSecrets(`Incorrect API key provided: ${key}.`, [])).not.toContain(key)
  expect(redactSecrets(`"${key}"`, [])).toBe('"[redacted]"')
})

test('a bearer token is taken out in any spelling', () => {
  expect(redactSecrets('authorization: bearer abc.DEF-123456', [])).toBe(
    'authorization: [redacted]',
  )
})

test.each([
  'The task-list is in risk-free order.',
  'agent-0b9d5c1e-6d0f-4c0e-9a9e-0f8a1c2d3e4f',
  'sk-1',
  'Bearer of news',
])('%j stays as it is', (text) => {
  expect(redactSecrets(text, [])).toBe(text)
})
