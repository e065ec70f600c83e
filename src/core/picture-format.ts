import type { Picture } from './picture.ts'

export type PictureFormat = Pick<Picture, 'mediaType' | 'width' | 'height'>

/**
 * Reads format and size from the first bytes of a PNG, JPEG, WebP or GIF; undefined for anything else. What the sender
 * calls it does not count. Pure.
 */
export function pictureFormat(bytes: Uint8Array): PictureFormat | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  try {
    const read = readPng(view) ?? readGif(view) ?? readWebp(view) ?? readJpeg(view)
    return read && read.width > 0 && read.height > 0 ? read : undefined
  } catch (error) {
    // The header ends too early.
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function textAt(view: DataView, start: number, length: number): string {
  let text = ''
  for (let index = start; index < start + length; index += 1)
    text += String.fromCharCode(view.getUint8(index))
  return text
}

/** PNG specification, sections 5.2 and 11.2.2. */
function readPng(view: DataView): PictureFormat | undefined {
  if (textAt(view, 0, 8) !== '\x89PNG\r\n\x1a\n' || textAt(view, 12, 4) !== 'IHDR') return undefined
  return { mediaType: 'image/png', width: view.getUint32(16), height: view.getUint32(20) }
}

/** GIF89a specification, sections 17 and 18. */
function readGif(view: DataView): PictureFormat | undefined {
  if (!/^GIF8[79]a$/.test(textAt(view, 0, 6))) return undefined
  return {
    mediaType: 'image/gif',
    width: view.getUint16(6, true),
    height: view.getUint16(8, true),
  }
}

/** RFC 9649, section 2: lossy, lossless and extended files. */
function readWebp(view: DataView): PictureFormat | undefined {
  if (textAt(view, 0, 4) !== 'RIFF' || textAt(view, 8, 4) !== 'WEBP') return undefined
  const mediaType = 'image/webp'
  switch (textAt(view, 12, 4)) {
    case 'VP8 ':
      return {
        mediaType,
        width: view.getUint16(26, true) & 0x3fff,
        height: view.getUint16(28, true) & 0x3fff,
      }
    case 'VP8L': {
      const bits = view.getUint32(21, true)
      return { mediaType, width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 }
    }
    case 'VP8X':
      return { mediaType, width: uint24(view, 24) + 1, height: uint24(view, 27) + 1 }
    default:
      return undefined
  }
}

function uint24(view: DataView, at: number): number {
  return view.getUint16(at, true) + view.getUint8(at + 2) * 0x1_0000
}

/** ITU-T T.81, annex B: markers up to the start of a frame, which holds the size. */
function readJpeg(view: DataView): PictureFormat | undefined {
  if (view.getUint16(0) !== 0xff_d8) return undefined
  for (let at = 2; ; ) {
    if (view.getUint8(at) !== 0xff) return undefined
    const marker = view.getUint8(at + 1)
    if (isFrame(marker)) {
      return {
        mediaType: 'image/jpeg',
        height: view.getUint16(at + 5),
        width: view.getUint16(at + 7),
      }
    }
    // A fill byte, a marker without length, or a segment.
    if (marker === 0xff) at += 1
    else if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)) at += 2
    else at += 2 + Math.max(2, view.getUint16(at + 2))
  }
}

/** SOF0 to SOF15, without DHT, JPG and DAC. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
}
