export const IS_LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1

/** Stored form: 4 bytes a component, little-endian on every machine. */
export function encodeFloat32(vector: Float32Array): Uint8Array {
  return inStoredOrder(
    Uint8Array.from(new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength)),
  )
}

/** Copies, since a stored value may be unaligned. Throws if the length is no multiple of 4. */
export function decodeFloat32(stored: Uint8Array): Float32Array {
  if (stored.byteLength % 4 !== 0) {
    throw new Error(`${stored.byteLength} bytes are no vector of 4-byte components`)
  }
  return new Float32Array(inStoredOrder(Uint8Array.from(stored)).buffer)
}

/** The exact score. Summed in doubles, in order, so every retriever gets the same result. */
export function dotProduct(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let index = 0; index < a.length; index += 1) sum += (a[index] ?? 0) * (b[index] ?? 0)
  return sum
}

function inStoredOrder(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  if (!IS_LITTLE_ENDIAN) Buffer.from(bytes.buffer).swap32()
  return bytes
}
