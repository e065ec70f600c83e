import { afterAll, beforeAll, expect, test } from 'vitest'
import { pdf } from '../load/files.ts'
import { callTool, say } from '../support/scripted-provider.ts'
import { type Ask, askAt } from './requests.ts'
import { type RestWorld, startRestWorld } from './rest-world.ts'

let rest: RestWorld
let ask: Ask
let token: string
beforeAll(async () => {
  rest = await startRestWorld()
  token = await rest.world.token()
  ask = askAt(rest.world.url, token)
}, 120_000)
afterAll(() => rest.close())

async function upload(
  folderId: string,
  name: string,
  content: string | Uint8Array<ArrayBuffer>,
  query = '',
) {
  const form = new FormData()
  form.set('file', new Blob([content]), name)
  const url = `${new URL(rest.world.url).origin}/v1/folders/${folderId}/upload${query}`
  const headers = { authorization: `Bearer ${token}` }
  const response = await fetch(url, { method: 'POST', headers, body: form })
  // biome-ignore lint/suspicious/noExplicitAny: each test knows the shape that it asks for
  const json: any = await response.json()
  return { status: response.status, json }
}

async function newFolder(name: string, more: object = {}): Promise<string> {
  return (await ask('POST', '/v1/folders/', { name, ...more })).json.id
}

const get = async (path: string) => (await ask('GET', path)).json
const text = async (folder: string, file: string) =>
  (await get(`/v1/folders/${folder}/files/${file}?include_content=true`)).content

test('a folder is made, read, changed, listed and deleted', async () => {
  const fields = { description: 'd', instructions: 'Read it.', metadata: { a: 1 } }
  const id = await newFolder('Papers', fields)
  expect(id).toMatch(/^source-/)
  expect(await get(`/v1/folders/${id}`)).toMatchObject({ id, name: 'Papers', ...fields })
  const changed = await ask('PATCH', `/v1/folders/${id}`, { description: 'e', name: null })
  expect(changed.json).toMatchObject({ ...fields, name: 'Papers', description: 'e' })
  const other = await newFolder('Others')
  const ids = (list: readonly { readonly id: string }[]) => list.map((one) => one.id)
  expect(ids(await get('/v1/folders/'))).toEqual([id, other])
  expect(ids(await get(`/v1/folders/?after=${id}`))).toEqual([other])
  expect(ids(await get('/v1/folders/?name=Others'))).toEqual([other])
  expect(ids(await get('/v1/sources/'))).toEqual([id, other])
  expect(await get('/v1/folders/count')).toBe(2)
  for (const one of [id, other])
    expect((await ask('DELETE', `/v1/folders/${one}`)).status).toBe(200)
  expect((await ask('GET', `/v1/folders/${id}`)).status).toBe(404)
})

test('an archive that is no folder is not one, so that no memory is deleted with it', async () => {
  const { json: archive } = await ask('POST', '/v1/archives/', { name: 'Memories' })
  const id = archive.id.replace('archive-', 'source-')
  expect((await ask('DELETE', `/v1/folders/${id}`)).status).toBe(404)
  expect((await ask('GET', `/v1/archives/${archive.id}`)).status).toBe(200)
})

test('files of several kinds are uploaded, read and listed', async () => {
  const folder = await newFolder('Kinds')
  const note = await upload(folder, 'note.txt', 'The secret word is Krikkit.\n')
  expect(note).toMatchObject({
    status: 200,
    json: {
      source_id: folder,
      file_name: 'note.txt',
      file_size: 28,
      processing_status: 'completed',
    },
  })
  expect(note.json.id).toMatch(/^file-/)
  const book = await upload(folder, 'book.pdf', new Uint8Array(pdf(['The key is under the pot.'])))
  expect(await text(folder, book.json.id)).toBe('Page 1\n\nThe key is under the pot.')
  const picture = await upload(folder, 'picture.png', new Uint8Array([0x89, 0x50, 0, 0]))
  expect(picture.json).toMatchObject({ processing_status: 'error' })
  expect(picture.json.error_message).toMatch(/It is no text/)
  const files = await get(`/v1/folders/${folder}/files`)
  const names = files.map((one: { readonly file_name: string }) => one.file_name)
  expect(names).toEqual(['note.txt', 'book.pdf', 'picture.png'])
  expect(await get(`/v1/folders/${folder}/files?after=${book.json.id}`)).toMatchObject([
    { file_name: 'picture.png' },
  ])
  // The bytes are not kept beside what was read.
  const job = (await rest.world.app.context.jobs.list({ limit: 1 })).items[0]
  expect(JSON.parse(job?.input ?? '').from).toEqual({ kind: 'data', data: '' })
})

test('a second file of a name is skipped, refused, named anew, or replaces the first', async () => {
  const folder = await newFolder('Doubles')
  const first = await upload(folder, 'a.txt', 'One.')
  const skipped = await upload(folder, 'a.txt', 'Two.', '?duplicate_handling=skip')
  expect(skipped.json.id).toBe(first.json.id)
  expect(await text(folder, first.json.id)).toBe('One.')
  expect((await upload(folder, 'a.txt', 'Two.', '?duplicate_handling=error')).status).toBe(409)
  expect((await upload(folder, 'a.txt', 'Two.')).json.file_name).toBe('a_(1).txt')
  expect((await upload(folder, 'a.txt', 'Three.', '?name=b.txt')).json.file_name).toBe('b.txt')
  const replaced = await upload(folder, 'a.txt', 'Four.', '?duplicate_handling=replace')
  expect(replaced.json.id).toBe(first.json.id)
  expect(await text(folder, first.json.id)).toBe('Four.')
  expect((await upload(folder, 'a.txt', 'x', '?duplicate_handling=other')).status).toBe(422)
})

test('a deleted file is gone with what was read from it, the past included', async () => {
  const folder = await newFolder('Deleted')
  const { json: file } = await upload(folder, 'a.txt', 'The first secret.')
  await upload(folder, 'a.txt', 'The second secret.', '?duplicate_handling=replace')
  const { json: agent } = await ask('POST', '/v1/agents/', { name: 'Reader' })
  await ask('PATCH', `/v1/agents/${agent.id}/folders/attach/${folder}`)
  const all = { query: 'secret', includeSuperseded: true, limit: 10 }
  const { archival } = rest.world.app.context
  expect((await archival.search(agent.id, all)).items).toHaveLength(2)
  expect((await ask('DELETE', `/v1/folders/${folder}/${file.id}`)).status).toBe(200)
  expect((await archival.search(agent.id, all)).items).toEqual([])
  expect(await get(`/v1/folders/${folder}/files`)).toEqual([])
})

test('an agent with a folder gets the tools to read it, and reads it', async () => {
  const folder = await newFolder('Attached')
  const { json: file } = await upload(folder, 'note.txt', 'The secret word is Krikkit.\n')
  const { json: agent } = await ask('POST', '/v1/agents/', { name: 'Finder' })
  const attached = await ask('PATCH', `/v1/agents/${agent.id}/folders/attach/${folder}`)
  const tools = attached.json.tools.map((one: { readonly name: string }) => one.name)
  expect(tools).toEqual(
    expect.arrayContaining(['open_files', 'grep_files', 'semantic_search_files']),
  )
  // Again is no error.
  expect((await ask('PATCH', `/v1/agents/${agent.id}/folders/attach/${folder}`)).status).toBe(200)
  expect(await get(`/v1/agents/${agent.id}/folders`)).toMatchObject([{ id: folder }])
  expect(await get(`/v1/folders/${folder}/agents`)).toEqual([agent.id])
  expect(await get(`/v1/agents/${agent.id}/files`)).toMatchObject({
    files: [{ file_id: file.id, file_name: 'note.txt', folder_name: 'Attached', is_open: false }],
    ...{ next_cursor: null, has_more: false },
  })
  rest.provider.enqueue(callTool('grep_files', { pattern: 'krikkit' }), say('found'))
  const body = { messages: [{ role: 'user', content: 'Find it.' }] }
  const turn = await ask('POST', `/v1/agents/${agent.id}/messages`, body)
  const result = turn.json.messages.find(
    (one: { readonly message_type: string }) => one.message_type === 'tool_return_message',
  )
  expect(result.tool_return).toContain('The secret word is Krikkit.')
  const opened = await ask('PATCH', `/v1/agents/${agent.id}/files/${file.id}/open`)
  expect(opened.json.detail).toMatch(/do not stand open/)
  await ask('PATCH', `/v1/agents/${agent.id}/folders/detach/${folder}`)
  expect(await get(`/v1/agents/${agent.id}/folders`)).toEqual([])
  expect((await ask('GET', `/v1/folders/${folder}`)).status).toBe(200)
})

test('an upload without a file, and one that is too large, are refused saying so', async () => {
  const folder = await newFolder('Refused')
  expect((await ask('POST', `/v1/folders/${folder}/upload`, { name: 'x' })).status).toBe(422)
  const large = await upload(folder, 'large.txt', new Uint8Array(17_000_000))
  expect(large.json.detail).toMatch(/at most 16 MB are taken at once/)
})
