/** Kinds of files, by what reads them. */
export type FileKind =
  | 'markdown'
  | 'text'
  | 'code'
  | 'html'
  | 'pdf'
  | 'docx'
  | 'table'
  | 'json'
  | 'lines'
  | 'zip'
  | 'binary'

const BY_ENDING: Readonly<Record<string, FileKind>> = {
  ...{ md: 'markdown', markdown: 'markdown', mdx: 'markdown', mdc: 'markdown' },
  ...{
    txt: 'text',
    text: 'text',
    log: 'text',
    rst: 'text',
    org: 'text',
    adoc: 'text',
    tex: 'text',
  },
  ...{ html: 'html', htm: 'html', xhtml: 'html', pdf: 'pdf', docx: 'docx', zip: 'zip' },
  ...{ csv: 'table', tsv: 'table', json: 'json', af: 'json', jsonl: 'lines', ndjson: 'lines' },
}

const CODE =
  /\.(ts|tsx|js|jsx|mjs|cjs|py|rb|go|rs|java|kt|kts|c|h|cc|cpp|hpp|cs|swift|php|scala|sh|bash|zsh|ps1|sql|lua|r|jl|ex|exs|erl|hs|ml|clj|dart|vue|svelte|css|scss|less|toml|yaml|yml|ini|cfg|conf|xml|proto|graphql|tf|gradle)$/i

const BY_MEDIA_TYPE: Readonly<Record<string, FileKind>> = {
  'text/html': 'html',
  'application/xhtml+xml': 'html',
  'text/markdown': 'markdown',
  'text/csv': 'table',
  'application/pdf': 'pdf',
  'application/json': 'json',
  'application/x-ndjson': 'lines',
  'application/zip': 'zip',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
  'text/plain': 'text',
}

/** By its beginning where that is certain, else by its ending, else by its media type. Pure. */
export function kindOf(name: string, beginning: Uint8Array, mediaType = ''): FileKind {
  const ending = /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase() ?? ''
  const known = BY_ENDING[ending] ?? (CODE.test(name) ? 'code' : undefined)
  const magic = Buffer.from(beginning.subarray(0, 5)).toString('latin1')
  if (magic.startsWith('%PDF')) return 'pdf'
  if (magic.startsWith('PK\x03\x04'))
    return known === 'docx' ? 'docx' : isOffice(ending) ? 'binary' : 'zip'
  // The right reader says what is wrong with it.
  if (known === 'pdf' || known === 'docx' || known === 'zip') return known
  if (isBinary(beginning)) return 'binary'
  return known ?? BY_MEDIA_TYPE[mediaType] ?? 'text'
}

const isOffice = (ending: string) => /^(xlsx|pptx|odt|ods|odp|epub|jar|apk|whl|xpi)$/.test(ending)

/** UTF-16 has zero bytes, too, and begins with its mark. */
function isBinary(beginning: Uint8Array): boolean {
  const hasMark =
    (beginning[0] === 0xff && beginning[1] === 0xfe) ||
    (beginning[0] === 0xfe && beginning[1] === 0xff)
  return !hasMark && beginning.includes(0)
}
