import { type Front, type NativeApi, startFront } from './front.ts'

export type WireName = NativeApi | 'chat'

/**
 * Over which wire the suites of this file run. `test/wires/*` set it and then import suites that are written once, in
 * terms of chat completions.
 */
export function wireOfTests(): WireName {
  const wire = process.env.RECOLLECT_TEST_WIRE
  return wire === 'messages' || wire === 'responses' ? wire : 'chat'
}

export interface TestWire {
  /** The URL that Recollect calls: the server itself, or a front before it that speaks a native wire. */
  readonly baseUrl: string
  readonly environment: Readonly<Record<string, string>>
  readonly front: Front | null
  close(): Promise<void>
}

/** By which these providers are called over the wire of the tests. */
export function apiSettings(providers: readonly string[]): Readonly<Record<string, string>> {
  const wire = wireOfTests()
  if (wire === 'chat') return {}
  return Object.fromEntries(providers.map((name) => [`RECOLLECT_${name.toUpperCase()}_API`, wire]))
}

export async function openTestWire(
  upstream: string,
  providers: readonly string[],
): Promise<TestWire> {
  const wire = wireOfTests()
  if (wire === 'chat') {
    return { baseUrl: upstream, environment: {}, front: null, close: async () => undefined }
  }
  const front = await startFront(wire, upstream)
  return {
    baseUrl: front.baseUrl,
    environment: apiSettings(providers),
    front,
    close: front.close,
  }
}
