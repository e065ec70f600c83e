import { createHash } from 'node:crypto'
import { UserError } from '../../core/errors.ts'
import { MAX_PICTURE_BYTES, MAX_PICTURES, type SentPicture } from '../../core/picture.ts'
import { pictureFormat } from '../../core/picture-format.ts'

/** Fetches an https address. Throws a UserError that says why the fetch failed. */
export type FetchPicture = (
  url: string,
  limits: { readonly maxBytes: number; readonly milliseconds: number },
) => Promise<{ readonly body: Uint8Array }>

/** A picture with its bytes, ready to be stored. */
export interface TakenPicture {
  readonly picture: SentPicture
  readonly bytes: Uint8Array
}

/** For one picture. Chosen by hand. */
const FETCH_MILLISECONDS = 30_000
const DATA_URL = /^data:([^,]*?)(;base64)?,/i
/** Base64, also in the form for URLs, with line breaks. */
const BASE64 = /^[A-Za-z0-9+/_\s-]*={0,2}\s*$/

export function checkPictureCount(images: readonly string[]): void {
  if (images.length <= MAX_PICTURES) return
  throw new UserError(
    'limit_exceeded',
    `A message takes at most ${MAX_PICTURES} images, and this one has ${images.length}; nothing was sent. Send the others with another message.`,
  )
}

/** Identifies the text that a picture was sent as. */
export function sentAs(image: string): string {
  return createHash('sha256').update(image.trim()).digest('hex')
}

/**
 * Decodes data URLs and fetches https addresses. Throws a UserError that names the picture if it can't be fetched, is
 * too large, or has another format.
 */
export async function takePictures(
  images: readonly string[],
  fetch: FetchPicture,
): Promise<readonly TakenPicture[]> {
  checkPictureCount(images)
  const taken: TakenPicture[] = []
  for (const [index, image] of images.entries()) {
    try {
      taken.push(await take(image.trim(), fetch))
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      throw new UserError(error.code, `images[${index}]: ${error.message} Nothing was sent.`)
    }
  }
  return taken
}

async function take(image: string, fetch: FetchPicture): Promise<TakenPicture> {
  const bytes = /^data:/i.test(image) ? decode(image) : await fetched(image, fetch)
  return { picture: { ...describe(bytes), sentAs: sentAs(image) }, bytes }
}

async function fetched(image: string, fetch: FetchPicture): Promise<Uint8Array> {
  if (!/^https?:/i.test(image)) {
    throw invalid(
      'An image is a data URL (data:image/png;base64,…) or an https:// address, and this is neither.',
    )
  }
  const limits = { maxBytes: MAX_PICTURE_BYTES, milliseconds: FETCH_MILLISECONDS }
  return (await fetch(image, limits)).body
}

function decode(url: string): Uint8Array {
  const [head, , isBase64] = DATA_URL.exec(url) ?? []
  if (head === undefined || isBase64 === undefined)
    throw invalid('This data URL is not data:image/<type>;base64,<data>. Encode it in base64.')
  const text = url.slice(head.length)
  // Checked before it is decoded: base64 has 4 characters for 3 bytes.
  if (text.length > (MAX_PICTURE_BYTES / 3) * 4 * 1.1) throw tooLarge((text.length / 4) * 3)
  if (!BASE64.test(text)) throw invalid('The data of this data URL is not base64. Encode it again.')
  return Buffer.from(text, 'base64')
}

function describe(bytes: Uint8Array): Omit<SentPicture, 'sentAs'> {
  if (bytes.length > MAX_PICTURE_BYTES) throw tooLarge(bytes.length)
  const format = pictureFormat(bytes)
  if (!format) {
    throw invalid(
      'Its content is no PNG, JPEG, WebP or GIF, whatever it is called. Convert it to one of these.',
    )
  }
  const digest = createHash('sha256').update(bytes).digest('hex')
  return { ...format, digest, size: bytes.length }
}

function invalid(message: string): UserError {
  return new UserError('invalid_argument', message)
}

function tooLarge(bytes: number): UserError {
  const size = (bytes / 1_000_000).toFixed(1)
  return new UserError(
    'limit_exceeded',
    `The image has ${size} MB, and at most 10 MB are taken. Send a smaller one.`,
  )
}
