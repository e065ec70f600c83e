import { createHash } from 'node:crypto'

/** In characters; a file name has at most 255 bytes. */
const MAX_CHARACTERS = 50
/** Names that Windows keeps for devices. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/
const MARKED = /-[0-9a-f]{8}$/

/**
 * A name that every file system takes, without its ending. It depends on `name` alone, so it stays when others come and
 * go. One that says less than `name`, such as in lower case, ends with a digest of it. Pure.
 */
export function fileNameOf(name: string): string {
  const readable = name
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}._-]+/gu, '-')
    .replaceAll(/^[.-]+|[.-]+$/g, '')
  const short = [...readable].slice(0, MAX_CHARACTERS).join('')
  if (short === name && short !== '' && !DEVICE.test(short) && !MARKED.test(short)) return short
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 8)
  const safe = DEVICE.test(short) ? `${short.replaceAll('.', '-')}` : short
  return safe === '' ? digest : `${safe}-${digest}`
}
