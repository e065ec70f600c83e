import { afterAll, beforeAll, expect, it } from 'vitest'
import { type RealServer, startRealServer } from './real-server.ts'

/* One keyboard puts a letter and its mark together, another does not; people see no difference. */

const [COMPOSED, DECOMPOSED] = ['caf\u00e9', 'cafe\u0301']

let server: RealServer
beforeAll(async () => {
  server = await startRealServer(['core', 'memory', 'transfer'])
})
afterAll(() => server.close())

it.each([
  [COMPOSED, DECOMPOSED],
  [DECOMPOSED, COMPOSED],
])('what is written as %j is found as %j', async (written, asked) => {
  const tags = [written, asked]
  const { agent } = await server.answer('create_agent', { name: `a ${written}`, tags })
  expect(agent).toMatchObject({ name: `a ${COMPOSED}`, tags: [COMPOSED] })
  expect((await server.answer('get_agent', { agent: `a ${asked}` })).agent.id).toBe(agent.id)
  for (const filter of [{ query: `a ${asked}` }, { tags: [asked] }])
    expect((await server.answer('list_agents', filter)).agents).toHaveLength(1)

  const insert = (form: string) =>
    server.answer('insert_archival', {
      agent: agent.id,
      text: `The ${form} is open.`,
      tags: [form],
      source: form,
    })
  const [first] = (await insert(written)).passages
  expect((await insert(asked)).passages).toMatchObject([{ id: first.id, duplicate: true }])
  const { passages } = await server.answer('search_archival', { agent: agent.id, tags: [asked] })
  expect(passages).toMatchObject([
    { text: `The ${written} is open.`, tags: [COMPOSED], source: COMPOSED },
  ])
  await server.answer('delete_agent', { agent: agent.id, confirm: true })
})

it('of two passages in a file that look the same, one is imported, as it was written first', async () => {
  const { agent } = await server.answer('create_agent', { name: 'with twins' })
  await server.answer('insert_archival', {
    agent: agent.id,
    texts: [`The ${DECOMPOSED} is open.`, 'Another.', 'And one more.'],
    tags: ['first'],
  })
  const { text } = await server.answer('export_agent', { agent: agent.id })
  const changed = JSON.parse(text)
  const [written, another, more] = changed.archives[0].passages
  Object.assign(another, { text: `The ${COMPOSED} is open.`, tags: ['second'] })
  more.superseded_by = another.id
  expect(written.text).toBe(`The ${DECOMPOSED} is open.`)

  const imported = await server.answer('import_agent', { text: JSON.stringify(changed) })
  const { passages } = await server.answer('search_archival', {
    agent: imported.agent.id,
    include_superseded: true,
  })
  const one = passages.find((found: { text: string }) => found.text === written.text)
  expect(one.tags.toSorted()).toEqual(['first', 'second'])
  expect(passages).toHaveLength(2)
  expect(passages).toContainEqual(
    expect.objectContaining({ text: 'And one more.', superseded_by: one.id }),
  )
})
