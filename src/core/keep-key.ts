/** Asks for the key with the first use; if it can't be had, the next one tries again. */
export function keepKey(read: () => Promise<Uint8Array>): () => Promise<Uint8Array> {
  let reading: Promise<Uint8Array> | undefined
  return () => {
    reading ??= read().catch((error: unknown) => {
      reading = undefined
      throw error
    })
    return reading
  }
}
