import { expect, it } from 'vitest'
import type { Change, Concerned } from '../../src/core/event.ts'
import { CHANGE_KINDS } from '../../src/core/event.ts'
import { newId } from '../../src/core/ids.ts'
import { type Concern, concerns } from '../../src/mcp/live/concerns.ts'
import { expandUri, findResource } from '../../src/mcp/resources/define-resource.ts'
import { RESOURCES as ALL } from '../../src/mcp/resources/index.ts'

const ours = newId('agent')
const other = newId('agent')
const run = newId('run')
const passage = newId('passage')
const tool = newId('tool')
const job = newId('job')
const group = newId('group')

const RESOURCES: Readonly<Record<string, string>> = {
  agents: 'recollect://agents',
  agent: `recollect://agents/${ours}`,
  context: `recollect://agents/${ours}/context`,
  memory: `recollect://agents/${ours}/memory`,
  block: `recollect://agents/${ours}/memory/human`,
  messages: `recollect://agents/${ours}/messages`,
  runs: 'recollect://runs',
  run: `recollect://runs/${run}`,
  passage: `recollect://passages/${passage}`,
  tools: 'recollect://tools',
  tool: `recollect://tools/${tool}`,
  jobs: 'recollect://jobs',
  job: `recollect://jobs/${job}`,
  group: `recollect://groups/${group}`,
}

const SUBJECTS: Readonly<Record<Change['kind'], string>> = {
  agent: ours,
  block: newId('block'),
  archive: newId('archive'),
  run,
  messages: ours,
  tool,
  job,
  group,
  schedule: newId('schedule'),
}

/** Names of the resources that a change concerns, those that it only may concern with a question mark. */
function concerned(kind: Change['kind'], whom: Concerned | undefined, subjectId: string): string {
  return Object.entries(RESOURCES)
    .flatMap(([name, uri]) => {
      const concern = concernOf({ kind, subjectId }, whom, uri)
      if (concern === 'no') return []
      return [concern === 'perhaps' ? `${name}?` : name]
    })
    .join(' ')
}

function concernOf(
  change: Pick<Change, 'kind' | 'subjectId'>,
  whom: Concerned | undefined,
  uri: string,
): Concern {
  const found = findResource(ALL, uri)
  if (found === undefined) throw new Error(`nothing is at ${uri}`)
  return concerns(change, whom, { uri: found.resource.uri, variables: found.variables })
}

it.each<readonly [Change['kind'], Concerned, string]>([
  ['agent', { agents: [ours] }, 'agents agent context memory? block? messages? group?'],
  ['block', { agents: [other, ours], label: 'human' }, 'agent context memory block'],
  ['block', { agents: [ours], label: 'persona' }, 'agent context memory'],
  ['archive', { agents: [ours] }, 'agent context passage?'],
  ['run', { agents: [] }, 'runs? run?'],
  ['messages', { agents: [ours] }, 'agent context messages? run?'],
  ['group', { agents: [] }, 'group?'],
  ['schedule', { agents: [] }, ''],
  ['tool', { agents: [] }, 'tools? tool?'],
  ['job', { agents: [] }, 'jobs? job?'],
])('a change of kind %s by %j concerns: %s', (kind, whom, names) => {
  expect(concerned(kind, whom, SUBJECTS[kind])).toBe(names)
})

it('deleting an agent concerns everything deleted with it', () => {
  expect(concerned('agent', { agents: [] }, ours)).toBe(
    'agents agent context memory? block? messages? runs? run? passage? jobs? job? group?',
  )
})

it('a change of another agent concerns only what is shared', () => {
  const whom = { agents: [other], label: 'human' }
  const found = CHANGE_KINDS.map((kind) => concerned(kind, whom, newId('agent')))
  const [last, others] = [
    ['', ''],
    ['run?', 'jobs?', 'tools?'],
  ]
  expect(found).toEqual(['agents group?', '', 'passage?', 'runs? run?', ...others, ...last])
})

it('an agent subscribed to by name may be any agent', () => {
  const uri = expandUri('recollect://agents/{agent_id}/memory/{label}', {
    agent_id: 'Ada',
    label: 'human',
  })
  const whom = { agents: [other], label: 'human' }
  expect(concernOf({ kind: 'block', subjectId: newId('block') }, whom, uri)).toBe('perhaps')
  expect(concernOf({ kind: 'messages', subjectId: other }, whom, uri)).toBe('no')
})

it('a change of unknown reach may concern anyone', () => {
  expect(concerned('block', undefined, newId('block'))).toBe('agent context memory? block?')
})
