import { createRequestStateCodec, type RequestStateCodec } from '@modelcontextprotocol/server'

/** What is put aside goes through the client's hands and comes back to another server, of this process or a later one. */
export type Seal = RequestStateCodec<string>

/** A person takes his time to answer. */
const ANSWER_SECONDS = 24 * 3_600

/** What was put aside for `holder` is taken from nobody else. */
export function createSeal(key: () => Promise<Uint8Array>, holder: string): Seal {
  const open = async () =>
    createRequestStateCodec<string>({
      key: await key(),
      ttlSeconds: ANSWER_SECONDS,
      bind: () => holder,
    })
  return {
    mint: async (...payload) => (await open()).mint(...payload),
    verify: async (...state) => (await open()).verify(...state),
  }
}
