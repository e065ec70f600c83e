import mammoth from 'mammoth'
import type { Section } from '../reading/cut.ts'
import { MAX_DOCX_UNPACKED_BYTES } from '../reading/limits.ts'
import { entriesOf } from '../reading/zip.ts'
import { Refused } from '../refused.ts'
import { toMarkdown } from './html.ts'
import { markdownSections } from './markdown.ts'

/** The first letters of every zip, which a document is. */
const ZIP = Buffer.from('PK')

const noDocument = () =>
  new Refused('It is no Word document that can be read (.docx), or it is damaged.')

/** Headings and tables arrive as Markdown. */
export async function* docxSections(bytes: Uint8Array): AsyncGenerator<Section> {
  await checkUnpacked(bytes)
  yield* markdownSections(toMarkdown(await readHtml(bytes)))
}

/** The parser unpacks everything at once, so what that comes to is counted first. */
async function checkUnpacked(bytes: Uint8Array): Promise<void> {
  const limits = { bytes: MAX_DOCX_UNPACKED_BYTES, perEntry: MAX_DOCX_UNPACKED_BYTES }
  if (!Buffer.from(bytes.subarray(0, 2)).equals(ZIP)) throw noDocument()
  for await (const _ of entriesOf({ bytes }, limits)) {
    // Only the count matters.
  }
}

async function readHtml(bytes: Uint8Array): Promise<string> {
  try {
    // Pictures are left out: they would come as long data addresses.
    const convertImage = mammoth.images.imgElement(async () => ({ src: '' }))
    return (await mammoth.convertToHtml({ buffer: Buffer.from(bytes) }, { convertImage })).value
  } catch {
    throw noDocument()
  }
}
