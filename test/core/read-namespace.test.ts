import { expect, test } from 'vitest'
import { readNamespace } from '../../src/core/read-namespace.ts'

const projectAt = (directory: string) => {
  const read = readNamespace('project', { CLAUDE_PROJECT_DIR: directory })
  return read.kind === 'namespace' ? read.namespace : undefined
}

test('a name is taken as it is', () => {
  expect(readNamespace('team.blue', {})).toEqual({ kind: 'namespace', namespace: 'team.blue' })
})

test('a project namespace has the name of its directory and a digest of its path', () => {
  expect(projectAt('/home/ben/kites')).toMatch(/^kites-[0-9a-f]{12}$/)
  expect(projectAt('/home/ben/kites')).toBe(projectAt('/home/ben/kites/'))
  expect(projectAt('/home/ben/kites')).not.toBe(projectAt('/home/eva/kites'))
  expect(projectAt('C:\\Users\\Ben\\kites')).toMatch(/^kites-[0-9a-f]{12}$/)
})

test.each(['/', '/home/ben/Kites & Bögen', '/srv/船', `/srv/${'long'.repeat(100)}`, '/srv/..'])(
  'a project in %s has a name that namespaces may have',
  (directory) => {
    expect(projectAt(directory)).toMatch(/^[A-Za-z0-9_.-]{1,64}$/)
  },
)

test('each session has its own namespace', () => {
  const at = (id: string) => readNamespace('session', { CLAUDE_CODE_SESSION_ID: id })
  expect(at('4f0c')).toMatchObject({ namespace: expect.stringMatching(/^session-[0-9a-f]{12}$/) })
  expect(at('4f0c')).toEqual(at('4f0c'))
  expect(at('4f0c')).not.toEqual(at('4f0d'))
})

test.each([
  ['project', 'CLAUDE_PROJECT_DIR'],
  ['session', 'CLAUDE_CODE_SESSION_ID'],
])('without the variable of %s there is none, rather than one of others', (value, variable) => {
  for (const given of [undefined, '', ' ']) {
    expect(readNamespace(value, { [variable]: given })).toEqual({ kind: 'missing', variable })
  }
})
