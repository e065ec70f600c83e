import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  frontMatter,
  passageDetails,
  readEntries,
  readExportedFile,
  readPassageDetails,
  writeEntry,
} from '../../src/core/exported-file.ts'
import { fileNameOf } from '../../src/core/file-name.ts'
import { cleanText } from '../../src/core/text.ts'
import { cleanTags } from '../../src/memory/insert-passages.ts'
import { text } from './arbitraries.ts'

const TIME = '2026-01-31T09:14:22.123Z'
const lines = fc
  .array(fc.constantFrom(`## ${TIME}`, `\\## ${TIME} · user`, '---', '', ' ', '\n', 'words', '·'))
  .map((some) => some.join('\n'))
const words = fc.oneof(text.map(cleanText), lines)
const tags = fc
  .array(fc.oneof(words, fc.constantFrom('a, b', '"quoted"', 'tags: x', 'one · two')))
  .map(cleanTags)
const time = fc.date({ noInvalidDate: true }).map((date) => date.toISOString())

it('entries of an exported file are read as they were written, whatever is in them', () => {
  const entries = fc.array(fc.record({ at: time, tags, expiresAt: fc.option(time), text: words }))
  fc.assert(
    fc.property(entries, words, (written, source) => {
      const file = [
        frontMatter('passages', { source }),
        ...written.map((one) =>
          writeEntry(one.at, passageDetails(one.tags, one.expiresAt), one.text),
        ),
      ].join('')
      const read = readExportedFile(file)
      expect(read).toMatchObject({ kind: 'passages', fields: { source } })
      expect(
        readEntries(read?.body ?? '').map(({ at, details, text: said }) => ({
          ...{ at, text: said, ...readPassageDetails(details) },
        })),
      ).toEqual(written)
    }),
  )
})

it('ends of lines that git has changed change nothing', () => {
  const file = frontMatter('passages', { source: 'a' }) + writeEntry(TIME, [], 'one\ntwo')
  const read = readExportedFile(file.replaceAll('\n', '\r\n'))
  expect(readEntries(read?.body ?? '')).toEqual([{ at: TIME, details: [], text: 'one\ntwo' }])
})

it('file names are safe, and differ where names do, also in another case', () => {
  fc.assert(
    fc.property(words, words, (one, other) => {
      const name = fileNameOf(one)
      expect(name).toMatch(/^[\p{L}\p{N}_][\p{L}\p{N}._-]*$/u)
      expect(Buffer.byteLength(`${name}+10.md`)).toBeLessThan(256)
      if (one !== other) expect(fileNameOf(other).toLowerCase()).not.toBe(name.toLowerCase())
    }),
  )
  expect(['notes.md', 'Notes.md', '../../etc/passwd', 'con', ''].map(fileNameOf)).toEqual([
    'notes.md',
    expect.stringMatching(/^notes\.md-[0-9a-f]{8}$/),
    expect.stringMatching(/^etc-passwd-[0-9a-f]{8}$/),
    expect.stringMatching(/^con-[0-9a-f]{8}$/),
    expect.stringMatching(/^[0-9a-f]{8}$/),
  ])
})
