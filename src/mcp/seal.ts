import { createRequestStateCodec, type RequestStateCodec } from '@modelcontextprotocol/server'

/** What is put aside goes through the client's hands and comes back to another server, of this process or a later one. */
export type Seal = RequestStateCodec<string>

/** A person takes his time to answer. */
const ANSWER_SECONDS = 24 * 3_600

/** The key is asked for with the first use; if it can't be had, the next one tries again. */
export function createSeal(key: () => Promise<Uint8Array>): Seal {
  let opening: Promise<Seal> | undefined
  const open = () => {
    opening ??= key()
      .then((bytes) => createRequestStateCodec<string>({ key: bytes, ttlSeconds: ANSWER_SECONDS }))
      .catch((error: unknown) => {
        opening = undefined
        throw error
      })
    return opening
  }
  return {
    mint: async (...payload) => (await open()).mint(...payload),
    verify: async (...state) => (await open()).verify(...state),
  }
}
