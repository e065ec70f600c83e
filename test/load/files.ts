import { strToU8, zipSync } from 'fflate'

/* Files of each kind, made by the tests. */

const WORDS = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main'

/** Paragraphs, headings (`# `) and one table row per `|` line, as Word stores them. */
export function docx(lines: readonly string[]): Uint8Array {
  const cell = (text: string) => `<w:tc>${paragraph(text)}</w:tc>`
  const body = lines.map((line) => {
    if (line.startsWith('# ')) return paragraph(line.slice(2), 'Heading1')
    if (!line.startsWith('|')) return paragraph(line)
    return `<w:tbl><w:tr>${line.slice(1).split('|').map(cell).join('')}</w:tr></w:tbl>`
  })
  return zip({
    '[Content_Types].xml':
      '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
    '_rels/.rels':
      '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>',
    'word/document.xml': `<?xml version="1.0"?><w:document xmlns:w="${WORDS}"><w:body>${body.join('')}</w:body></w:document>`,
  })
}

function paragraph(text: string, style = ''): string {
  const look = style === '' ? '' : `<w:pPr><w:pStyle w:val="${style}"/></w:pPr>`
  return `<w:p>${look}<w:r><w:t xml:space="preserve">${text}</w:t></w:r></w:p>`
}

export function zip(files: Readonly<Record<string, string | Uint8Array>>): Uint8Array {
  return zipSync(
    Object.fromEntries(
      Object.entries(files).map(([name, content]) => [
        name,
        typeof content === 'string' ? strToU8(content) : content,
      ]),
    ),
  )
}

/** A PDF with a line of text on each page; an empty line gives an empty page. */
export function pdf(pages: readonly string[]): Uint8Array {
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Count ${pages.length} /Kids [${pages.map((_, index) => `${4 + 2 * index} 0 R`).join(' ')}] >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    ...pages.flatMap((text, index) => {
      const drawn = text === '' ? '' : `BT /F1 12 Tf 72 720 Td (${text}) Tj ET`
      return [
        `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents ${5 + 2 * index} 0 R >>`,
        `<< /Length ${drawn.length} >>\nstream\n${drawn}\nendstream`,
      ]
    }),
  ]
  let file = '%PDF-1.4\n'
  const offsets = objects.map((object, index) => {
    const offset = file.length
    file += `${index + 1} 0 obj\n${object}\nendobj\n`
    return offset
  })
  const start = file.length
  const entries = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`)
  file += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${entries.join('')}`
  file += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`
  return Buffer.from(file, 'latin1')
}

export interface Turn {
  readonly role: 'user' | 'assistant'
  readonly text: string
  /** Seconds since 1970. */
  readonly at: number
}

/** As ChatGPT exports it: a tree with a discarded answer beside each one that was kept, and a tool call. */
export function chatGpt(id: string, title: string, turns: readonly Turn[]): object {
  const mapping: Record<string, object> = {
    root: { id: 'root', message: null, parent: null, children: ['n0'] },
  }
  const node = (name: string, parent: string, children: readonly string[], message: object) => {
    mapping[name] = { id: name, parent, children, message: { id: name, ...message } }
  }
  for (const [index, { role, text, at }] of turns.entries()) {
    const parent = index === 0 ? 'root' : `n${index - 1}`
    const said = (words: string) => ({
      author: { role },
      create_time: at,
      content: { content_type: 'text', parts: [words] },
    })
    node(`n${index}`, parent, index + 1 < turns.length ? [`n${index + 1}`] : [], said(text))
    if (role === 'assistant') node(`x${index}`, parent, [], said(`Discarded: ${text}`))
  }
  const created = turns[0]?.at ?? 0
  return {
    ...{ id, conversation_id: id, title, create_time: created },
    ...{ mapping, current_node: `n${turns.length - 1}` },
  }
}

/** As Claude exports it, in the newer shape, with the words in blocks. */
export function claude(uuid: string, name: string, turns: readonly Turn[]): object {
  return {
    ...{ uuid, name, created_at: iso(turns[0]?.at ?? 0) },
    chat_messages: turns.map(({ role, text, at }) => ({
      uuid: `${uuid}-${at}`,
      sender: role === 'user' ? 'human' : 'assistant',
      text: '',
      content: [{ type: 'text', text }],
      created_at: iso(at),
      attachments: [],
    })),
  }
}

export const iso = (seconds: number) => new Date(seconds * 1_000).toISOString()
