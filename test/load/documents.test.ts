import { afterAll, beforeAll, expect, test } from 'vitest'
import { docx, pdf, zip } from './files.ts'
import { type LoadWorld, startLoadWorld } from './world.ts'

let world: LoadWorld
beforeAll(async () => {
  world = await startLoadWorld()
}, 60_000)
afterAll(() => world.close())

const HTML = `<html><head><title>Boats</title><script>evil()</script></head><body><nav><a href="/">Home</a></nav>
<article><h1>Sails</h1><p>The mainsail is ${'a large sail that catches the wind. '.repeat(20)}</p>
<table><tr><th>Sail</th><th>m²</th></tr><tr><td>Jib</td><td>14</td></tr></table></article></body></html>`

/** Each kind: its file, and what must be in its passages, in this order. */
const KINDS: readonly (readonly [string, string | Uint8Array, readonly RegExp[]])[] = [
  [
    'guide.md',
    '# Guide\n\nIntro.\n\n## Install\n\nRun `npm ci`.\n\n```sh\n# no heading\n```\n',
    [/^Guide\n\nIntro\.$/, /^Guide > Install\n\nRun `npm ci`[\s\S]*# no heading/],
  ],
  [
    'plain.txt',
    'First paragraph.\n\nSecond paragraph.',
    [/First paragraph\.\n\nSecond paragraph\./],
  ],
  ['latin.txt', Buffer.from('Caf\xe9 au lait', 'latin1'), [/Café au lait/]],
  ['page.html', HTML, [/Boats > Sails[\s\S]*mainsail/, /\| Jib +\| 14/]],
  [
    'table.csv',
    'name;size\n"Jib; small";14\nMain;40\n',
    [/name: Jib; small\nsize: 14/, /name: Main\nsize: 40/],
  ],
  [
    'data.json',
    '[{"boat":"Ada","sails":2},{"boat":"Ben","sails":1}]',
    [/boat: Ada\nsails: 2/, /boat: Ben/],
  ],
  [
    'tree.json',
    '{"harbour":{"berths":[1,2]},"note":"Low tide."}',
    [/harbour[\s\S]*berths/, /note\n\nLow tide\./],
  ],
  ['lines.jsonl', '{"port":"Bari"}\n\n{"port":"Split"}\n', [/port: Bari/, /port: Split/]],
  [
    'code.ts',
    'export function one() {\n  return 1\n}\n\nexport function two() {\n  return 2\n}\n',
    [/^code\.ts\n\nexport function one[\s\S]*export function two/],
  ],
  [
    'book.pdf',
    pdf(['The key is under the pot.', '', 'The third page.']),
    [/^Page 1\n\nThe key is under the pot\./, /^Page 3\n\nThe third page\./],
  ],
  [
    'letter.docx',
    docx(['# The House', 'The key is under the blue pot.', '|Kitchen|14']),
    [/The House[\s\S]*blue pot/, /Kitchen[\s\S]*14/],
  ],
]

test.each(KINDS)(
  '%s arrives with its text, order and headings',
  async (name, content, expected) => {
    const path = await world.put(name, content)
    const job = await world.load({ path })
    expect(job).toMatchObject({ status: 'completed' })
    expect(job.report).toMatch(/^Took \d+ passages? from 1 file\.$/)
    const texts = (await world.passages()).filter(({ source }) => source === name)
    const all = texts.map(({ text }) => text)
    let from = 0
    for (const wanted of expected) {
      const found = all.findIndex((text, index) => index >= from && wanted.test(text))
      expect(found, `${wanted} in ${JSON.stringify(all)}`).toBeGreaterThanOrEqual(from)
      from = found
    }
    expect(all.join()).not.toContain('evil()')
  },
)

test('the same again stores nothing twice, and says so', async () => {
  const path = await world.put('guide.md', '# Guide\n\nIntro.\n\n## Install\n\nRun `npm ci`.\n')
  const before = await world.passages()
  const { report } = await world.load({ path, name: 'guide.md' })
  expect(report).toMatch(/nothing new from 1 file|1 passage from 1 file/)
  const again = await world.load({ path })
  expect(again.report).toMatch(/Took nothing new from 1 file\.\n\d entries were there already\./)
  expect((await world.passages()).length).toBeLessThanOrEqual(before.length + 1)
})

test('a long text is cut into passages of a size that a model can read, and none of it is lost', async () => {
  const sentences = Array.from({ length: 3_000 }, (_, index) => `Sentence number ${index} is here.`)
  await world.load({ text: sentences.join(' '), name: 'long.txt' })
  const texts = (await world.passages()).filter(({ source }) => source === 'long.txt')
  expect(texts.length).toBeGreaterThan(20)
  for (const { text } of texts) expect(text.length).toBeLessThan(4_000)
  const all = texts.map(({ text }) => text).join(' ')
  for (const sentence of sentences) expect(all.includes(sentence), sentence).toBe(true)
})

test('a folder is read with its folders, without what .gitignore names, and links are not followed', async () => {
  const { symlink } = await import('node:fs/promises')
  await world.put('notes/.gitignore', '*.log\nprivate/\n!keep.log\n')
  await world.put('notes/a.md', 'Note A.')
  await world.put('notes/deep/b.md', 'Note B.')
  await world.put('notes/deep/.gitignore', 'c.md\n')
  await world.put('notes/deep/c.md', 'Ignored note.')
  await world.put('notes/x.log', 'Ignored log.')
  await world.put('notes/keep.log', 'Kept log.')
  await world.put('notes/private/d.md', 'Ignored private.')
  await world.put('notes/node_modules/p/index.js', 'ignored()')
  await world.put('notes/picture.png', Buffer.from([0x89, 0x50, 0, 0]))
  await symlink('/etc', `${world.folder}/notes/link`)
  const job = await world.load({ path: `${world.folder}/notes` })
  expect(job.report).toMatch(/^Took 3 passages from 3 files\./)
  expect(job.report).toMatch(/notes\/link: It is a symbolic link/)
  expect(job.report).toMatch(/notes\/picture\.png: It is no text/)
  const sources = (await world.passages()).map(({ source }) => source)
  expect(sources.filter((source) => source.startsWith('notes/'))).toEqual([
    'notes/a.md',
    'notes/deep/b.md',
    'notes/keep.log',
  ])
})

test('a zip is read like a folder', async () => {
  const path = await world.put(
    'all.zip',
    zip({ 'in/a.md': '# A\n\nIn the zip.', 'b.csv': 'x,y\n1,2\n', 'c.zip': zip({ d: 'x' }) }),
  )
  const job = await world.load({ path })
  expect(job.report).toMatch(
    /^Took 2 passages from 1 file\.\nLeft out 1:\n- all\.zip\/c\.zip: A zip/,
  )
  const sources = (await world.passages()).map(({ source }) => source)
  expect(sources).toContain('all.zip/in/a.md')
  expect(sources).toContain('all.zip/b.csv')
})

test('a file can be sent as base64, and its name tells its kind', async () => {
  const data = Buffer.from(pdf(['The spare oar is in the loft.'])).toString('base64')
  const job = await world.load({ data, name: 'sent.pdf' })
  expect(job.report).toMatch(/^Took 1 passage from 1 file/)
  const [found] = await world.passages('spare oar')
  expect(found).toMatchObject({ source: 'sent.pdf', text: expect.stringContaining('in the loft') })
})

test('a plan tells what would be taken, and stores nothing', async () => {
  const path = await world.put('plan/a.md', 'Only planned.')
  const job = await world.load({ path, dry_run: true })
  expect(job.report).toBe('Would take 1 passage from 1 file.\nNothing was stored.')
  expect(await world.passages('planned')).toEqual([])
})

test.each([
  ['a path outside', { path: '/etc/passwd' }, /within the folders that this server may read/],
  ['a relative path', { path: 'notes' }, /absolute path/],
  ['two origins', { path: '/x', text: 'y' }, /one of text, data, url and path/],
  ['nothing', {}, /one of text, data, url and path/],
  ['data that is not base64', { data: 'not base64!', name: 'a.pdf' }, /not base64/],
  ['data without a name', { data: 'aGk=' }, /needs a name/],
])('%s is refused at once', async (_, args, message) => {
  const refusal = await world.server.refusal('load', { agent: 'Ada', ...args })
  expect(refusal.message).toMatch(message)
})

test('an address is fetched only where the operator allows it', async () => {
  const job = await world.load({ url: 'https://example.com/page' })
  expect(job).toMatchObject({ status: 'failed', error: { code: 'unsupported' } })
  expect(job.error.message).toMatch(/RECOLLECT_FETCH/)
})
