import { createRequestStateCodec, type RequestStateCodec } from '@modelcontextprotocol/server'

/** Protects state that travels with the client and may come back to another process. */
export type Seal = RequestStateCodec<string>

/** Lifetime of sealed state: a person may take a day to answer. Chosen by hand. */
const ANSWER_SECONDS = 24 * 3_600

/** State sealed for `holder` is accepted only from the same holder. */
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
