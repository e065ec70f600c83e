/** A picture of a conversation. Its bytes are stored once, by content. */
export interface Picture {
  /** SHA-256 of its bytes, in hexadecimal. */
  readonly digest: string
  readonly mediaType: PictureType
  /** Size of its bytes. */
  readonly size: number
  /** In pixels, as its header says. */
  readonly width: number
  readonly height: number
}

/** A picture as it came with a message. */
export interface SentPicture extends Picture {
  /** SHA-256 of the text that it was sent as, a data URL or address: tells whether a message is sent again. */
  readonly sentAs: string
}

export const PICTURE_TYPES = ['image/png', 'image/jpeg', 'image/webp', 'image/gif'] as const
export type PictureType = (typeof PICTURE_TYPES)[number]

/** Pictures of one message. From the contract. */
export const MAX_PICTURES = 5
/** Bytes of one picture: 10 MB, from the contract. */
export const MAX_PICTURE_BYTES = 10 * 1024 * 1024

/** In words, for people and models: `a PNG picture of 800 × 600 pixels`. */
export function describePicture({ mediaType, width, height }: Picture): string {
  return `a ${mediaType.slice('image/'.length).toUpperCase()} picture of ${width} × ${height} pixels`
}
