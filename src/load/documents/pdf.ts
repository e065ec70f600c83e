import { getDocumentProxy } from 'unpdf'
import type { Section } from '../reading/cut.ts'
import { Refused } from '../refused.ts'

/** Pages one by one, however many there are. */
export async function* pdfSections(bytes: Uint8Array): AsyncGenerator<Section> {
  const document = await open(bytes)
  let hasText = false
  for (let number = 1; number <= document.numPages; number += 1) {
    const page = await document.getPage(number)
    const { items } = await page.getTextContent()
    let text = ''
    for (const item of items) {
      if ('str' in item) text += item.hasEOL ? `${item.str}\n` : item.str
    }
    page.cleanup()
    if (text.trim() === '') continue
    hasText = true
    yield { headings: [`Page ${number}`], text }
  }
  if (!hasText) {
    throw new Refused(
      'It holds no text, as a scan does. Recognise its text first (OCR), then load that.',
    )
  }
}

async function open(bytes: Uint8Array) {
  try {
    // It takes the buffer over.
    return await getDocumentProxy(new Uint8Array(bytes))
  } catch (error) {
    const isLocked = error instanceof Error && error.name === 'PasswordException'
    throw new Refused(
      isLocked
        ? 'It is protected by a password. Save it without one.'
        : 'It is no PDF that can be read, or it is damaged.',
    )
  }
}
