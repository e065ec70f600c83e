import { zipSync } from 'fflate'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { docx, pdf, zip } from './files.ts'
import { type LoadWorld, startLoadWorld } from './world.ts'

/* Files that were made to do harm cost bounded time and memory, and the server goes on. */

let world: LoadWorld
beforeAll(async () => {
  world = await startLoadWorld()
}, 60_000)
afterAll(() => world.close())

async function reportOf(name: string, content: Uint8Array | string): Promise<string> {
  const { status, report } = await world.load({ path: await world.put(name, content) })
  expect(status).toBe('completed')
  return report
}

test('a zip bomb is unpacked no further than allowed', async () => {
  const one = zipSync({ 'a.txt': new Uint8Array(65_000_000) }, { level: 1 })
  expect(one.length).toBeLessThan(1_000_000)
  const report = await reportOf('bomb.zip', one)
  expect(report).toMatch(/bomb\.zip\/a\.txt: It has more than 64 MB/)
  const nested = await reportOf('nested.zip', zip({ 'inner.zip': one }))
  expect(nested).toMatch(/A zip in a zip is not unpacked/)
}, 120_000)

test('a Word document that unpacks to far more than its size is refused', async () => {
  const bomb = zipSync({ 'word/document.xml': new Uint8Array(101_000_000) }, { level: 1 })
  expect(await reportOf('bomb.docx', bomb)).toMatch(/unpacks to more than 100 MB/)
}, 120_000)

test('entities that multiply are not expanded', async () => {
  const lol = Array.from({ length: 9 }, (_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`)
  const xml = `<?xml version="1.0"?><!DOCTYPE d [<!ENTITY l0 "laughs">${lol.join('')}]><d>&l9;</d>`
  const report = await reportOf('laughs.xml', xml)
  expect(report).toMatch(/^Took \d passages? from 1 file/)
  const inside = zip({ '[Content_Types].xml': xml, 'word/document.xml': xml })
  expect(await reportOf('laughs.docx', inside)).toMatch(/no Word document that can be read/)
}, 60_000)

test('damaged files and wrong endings are refused in a sentence each', async () => {
  for (const [name, content, message] of [
    ['bad.pdf', '%PDF-1.4 junk', /no PDF that can be read/],
    ['text.pdf', 'hello', /no PDF that can be read/],
    ['scan.pdf', pdf(['', '']), /holds no text, as a scan does/],
    ['bad.docx', 'hello', /no Word document that can be read/],
    ['cut.docx', docx(['# A', 'text']).subarray(0, 300), /can be read/],
    ['bad.zip', Buffer.from('PK\x03\x04 nonsense'), /no zip that can be read/],
    ['bad.json', '{"a":', /no JSON that can be read/],
    ['bad.jsonl', '{"a":1}\nnonsense\n', /Line 2 is no JSON/],
    ['agent.json', '{"agents":[],"blocks":[]}', /agent file.*import_agent/],
    ['agent.af', '{"agents":[],"blocks":[]}', /agent file.*import_agent/],
    ['old.json', '{"agent_type":"memgpt_agent","core_memory":[]}', /agent file.*import_agent/],
    ['ours.json', '{"format":"recollect-agent","version":3}', /agent file.*import_agent/],
    ['sheet.xlsx', zip({ 'xl/workbook.xml': '<x/>' }), /no kind that can be read/],
    ['archive.gz', Buffer.from([0x1f, 0x8b, 8, 0, 0, 0]), /no kind that can be read/],
  ] as const) {
    expect(await reportOf(name, content), name).toMatch(message)
  }
}, 120_000)

test('text without any break is cut, and a very deep document ends', async () => {
  expect(await reportOf('line.txt', 'x'.repeat(300_000))).toMatch(/^Took \d+ passages from 1 file/)
  const deep = `${'<div>'.repeat(1_000)}deep${'</div>'.repeat(1_000)}`
  expect(await reportOf('deep.html', deep)).toMatch(/^Took/)
  const nested = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
  expect(await reportOf('deep.json', nested)).toMatch(/^Took/)
}, 120_000)

test('an entry larger than a passage may be is cut', async () => {
  const memory = 'All the words of a long report. '.repeat(4_000)
  const report = await reportOf('mem0.json', JSON.stringify([{ id: '1', memory }]))
  expect(report).toMatch(/^Took \d+ passages from 1 file/)
  const found = (await world.passages()).filter(({ source }) => source === 'mem0.json')
  expect(Math.max(...found.map(({ text }) => text.length))).toBeLessThan(5_000)
}, 60_000)

// The full size takes minutes on a slow machine.
const PAGES = process.env.RECOLLECT_TEST_FULL === '1' ? 10_000 : 300

test(`a PDF of ${PAGES} pages arrives whole, in its order`, async () => {
  const pages = Array.from({ length: PAGES }, (_, page) => `This is what page number ${page} says.`)
  const report = await reportOf('pages.pdf', pdf(pages))
  expect(report).toBe(`Took ${PAGES} passages from 1 file.`)
  const found = (await world.passages()).filter(({ source }) => source === 'pages.pdf')
  expect(found.map(({ text }) => text.split('\n\n')[1])).toEqual(pages)
}, 600_000)

test('the server still answers, and loads', async () => {
  expect(await reportOf('fine.md', 'All is well.')).toBe('Took 1 passage from 1 file.')
})
