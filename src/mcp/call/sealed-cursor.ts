import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { notACursor } from '../../core/page.ts'
import type { McpContext } from '../../service/context.ts'

/*
 * Cursors hold numbers of rows, which count over all namespaces. Outside, nobody can read or make one: it is encrypted,
 * taken for the list and the namespace alone that it was given out for, and its length tells nothing of the numbers.
 */

const CIPHER = 'aes-256-gcm'
const SALT_BYTES = 16
const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16
/** Of what is encrypted: a byte for the length of the cursor, and room for one of numbers, or one of a time and an id. */
const SIZES = [40, 100, 200]

type Sealing = Pick<McpContext, 'namespace' | 'signingKey'>

/**
 * The cursor of a page of `list` as it goes out. Of the same position it is another each time: whether two are the same
 * would tell whether anybody stored something in between.
 */
export async function sealCursor(cursor: string, list: string, context: Sealing): Promise<string> {
  const text = Buffer.from(cursor)
  const size = SIZES.find((bytes) => text.length < bytes)
  if (size === undefined) throw new Error('a cursor is too long to be sealed')
  const padded = Buffer.alloc(size)
  padded[0] = text.length
  text.copy(padded, 1)
  const salt = randomBytes(SALT_BYTES)
  const { key, nonce } = keysFrom(await context.signingKey('cursor'), salt)
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(boundTo(list, context))
  const sealed = [salt, cipher.update(padded), cipher.final(), cipher.getAuthTag()]
  return Buffer.concat(sealed).toString('base64url')
}

/** What `sealCursor` was given. Throws a UserError if it did not make this one, for this list in this namespace. */
export async function openCursor(sealed: string, list: string, context: Sealing): Promise<string> {
  const bytes = Buffer.from(sealed, 'base64url')
  const size = bytes.length - SALT_BYTES - TAG_BYTES
  // Node would take what is no base64 for as much of it as is.
  if (!SIZES.includes(size) || bytes.toString('base64url') !== sealed) throw notACursor()
  const { key, nonce } = keysFrom(await context.signingKey('cursor'), bytes.subarray(0, SALT_BYTES))
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES })
    .setAAD(boundTo(list, context))
    .setAuthTag(bytes.subarray(-TAG_BYTES))
  const padded = decipher.update(bytes.subarray(SALT_BYTES, -TAG_BYTES))
  try {
    decipher.final()
  } catch {
    throw notACursor()
  }
  return padded.subarray(1, 1 + (padded[0] ?? 0)).toString()
}

/** Of its own for each cursor, so that however many are made, no nonce meets its key twice. */
function keysFrom(signingKey: Uint8Array, salt: Uint8Array) {
  const bytes = new Uint8Array(
    hkdfSync('sha256', signingKey, salt, 'cursor', KEY_BYTES + NONCE_BYTES),
  )
  return { key: bytes.subarray(0, KEY_BYTES), nonce: bytes.subarray(KEY_BYTES) }
}

/** A namespace has no spaces in its name. */
function boundTo(list: string, { namespace }: Sealing): Uint8Array {
  return Buffer.from(`${namespace} ${list}`)
}
