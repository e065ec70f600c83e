import { expect, it } from 'vitest'
import type { Change } from '../../src/core/event.ts'
import { CHANGE_KINDS } from '../../src/core/event.ts'
import { newId } from '../../src/core/ids.ts'
import { concerns } from '../../src/mcp/live/concerns.ts'
import { expandUri } from '../../src/mcp/resources/define-resource.ts'
import { findResource } from '../../src/mcp/resources/index.ts'

const ours = newId('agent')
const other = newId('agent')
const run = newId('run')
const passage = newId('passage')

const RESOURCES: Readonly<Record<string, string>> = {
  agents: 'recollect://agents',
  agent: `recollect://agents/${ours}`,
  context: `recollect://agents/${ours}/context`,
  memory: `recollect://agents/${ours}/memory`,
  block: `recollect://agents/${ours}/memory/human`,
  messages: `recollect://agents/${ours}/messages`,
  run: `recollect://runs/${run}`,
  passage: `recollect://passages/${passage}`,
}

const SUBJECTS: Readonly<Record<Change['kind'], string>> = {
  agent: ours,
  block: newId('block'),
  archive: newId('archive'),
  run,
  messages: ours,
}

/** Names of the resources that may read otherwise. */
function concerned(kind: Change['kind'], agents: readonly string[] | undefined, subjectId: string) {
  return Object.entries(RESOURCES).flatMap(([name, uri]) => {
    const found = findResource(uri)
    if (found === undefined) throw new Error(`nothing is at ${uri}`)
    const subject = { uri: found.resource.uri, variables: found.variables }
    return concerns({ kind, subjectId }, agents, subject) ? [name] : []
  })
}

it.each<readonly [Change['kind'], string]>([
  ['agent', 'agents agent context memory block messages'],
  ['block', 'agent context memory block'],
  ['archive', 'agent context passage'],
  ['run', 'run'],
  ['messages', 'agent context messages run'],
])('a change of kind %s concerns: %s', (kind, names) => {
  const agents = kind === 'run' ? [] : [ours]
  expect(concerned(kind, agents, SUBJECTS[kind]).join(' ')).toBe(names)
})

it('what goes with an agent is concerned by its end', () => {
  expect(concerned('agent', [], ours)).toEqual(Object.keys(RESOURCES))
})

it('of another agent only what is common is concerned', () => {
  const found = new Set(CHANGE_KINDS.flatMap((kind) => concerned(kind, [other], newId('agent'))))
  expect([...found].sort()).toEqual(['agents', 'passage', 'run'])
})

it('an agent called by its name may be any agent', () => {
  const uri = expandUri('recollect://agents/{agent_id}/memory', { agent_id: 'Ada' })
  const { resource, variables } = findResource(uri) ?? {}
  const subject = { uri: resource?.uri ?? '', variables: variables ?? {} }
  expect(concerns({ kind: 'block', subjectId: newId('block') }, [other], subject)).toBe(true)
  expect(concerns({ kind: 'messages', subjectId: other }, [other], subject)).toBe(false)
})

it('where it can not be known whom a change concerns, it may be anyone', () => {
  expect(concerned('block', undefined, newId('block'))).toEqual([
    'agent',
    'context',
    'memory',
    'block',
  ])
})
