import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { notACursor } from '../../core/page.ts'
import type { McpContext } from '../../service/context.ts'

/*
 * Cursors hold row numbers, which count over all namespaces. They are encrypted so that a client can neither read nor
 * forge one. A cursor is valid only for the list and namespace it was issued for, and its length does not reveal the
 * row numbers.
 */

const CIPHER = 'aes-256-gcm'
const SALT_BYTES = 16
const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16
/**
 * Sizes in bytes that plaintext is padded to: one byte for the cursor's length, and room for row numbers or for a time
 * and an id.
 */
const SIZES = [40, 100, 200]

type Sealing = Pick<McpContext, 'namespace' | 'signingKey'>

/**
 * Encrypts the cursor of a page of `list`. The same position gives a different cursor each time; otherwise equal
 * cursors would show that nothing was stored in between.
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

/** Decrypts a cursor made by `sealCursor`. Throws a UserError if it was not made for this list and namespace. */
export async function openCursor(sealed: string, list: string, context: Sealing): Promise<string> {
  const bytes = Buffer.from(sealed, 'base64url')
  const size = bytes.length - SALT_BYTES - TAG_BYTES
  // Node decodes invalid base64 up to the first bad character, so compare with the canonical form.
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

/** Keys are derived per cursor with a random salt, so that no nonce is ever reused with the same key. */
function keysFrom(signingKey: Uint8Array, salt: Uint8Array) {
  const bytes = new Uint8Array(
    hkdfSync('sha256', signingKey, salt, 'cursor', KEY_BYTES + NONCE_BYTES),
  )
  return { key: bytes.subarray(0, KEY_BYTES), nonce: bytes.subarray(KEY_BYTES) }
}

/** A namespace contains no spaces, so the parts cannot be confused. */
function boundTo(list: string, { namespace }: Sealing): Uint8Array {
  return Buffer.from(`${namespace} ${list}`)
}
