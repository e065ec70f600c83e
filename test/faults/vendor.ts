import { createServer, type IncomingHttpHeaders } from 'node:http'
import { expect } from 'vitest'
import { type Answer, textOf, type WireMessage, type WireRequest } from './wire.ts'

/** A vendor on 127.0.0.1 that does whatever it is told to do with each request. */
export interface Vendor {
  readonly port: number
  readonly baseUrl: string
  readonly requests: readonly {
    readonly headers: IncomingHttpHeaders
    readonly body: WireRequest
  }[]
  /** The messages of the request asked last. */
  lastMessages(): readonly WireMessage[]
  /** For the next requests, one each; after them the usual one again. */
  enqueue(...answers: readonly Answer[]): void
  always(answer: Answer): void
  close(): Promise<void>
}

export async function startVendor(usual: Answer): Promise<Vendor> {
  const requests: Vendor['requests'][number][] = []
  const queue: Answer[] = []
  let fallback = usual
  const server = createServer(async (request, response) => {
    response.on('error', () => undefined)
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece)
    const body: WireRequest = JSON.parse(Buffer.concat(pieces).toString() || '{}')
    requests.push({ headers: request.headers, body })
    const answer = queue.shift() ?? fallback
    answer(response, body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the vendor has no port')
  return {
    port: address.port,
    baseUrl: `http://127.0.0.1:${address.port}/v1`,
    requests,
    lastMessages: () => requests.at(-1)?.body.messages ?? [],
    enqueue: (...answers) => {
      queue.push(...answers)
    },
    always: (answer) => {
      fallback = answer
      queue.length = 0
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** As every vendor wants it, or it refuses this request and all later ones of the agent. */
export function expectWellFormed(messages: readonly WireMessage[]): void {
  const seen = new Set<string>()
  let open: readonly string[] = []
  for (const message of messages) {
    expect(message.content === null || textOf(message).trim() !== '').toBe(true)
    if (message.role !== 'system') expect(message.content).not.toBeInstanceOf(Array)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: NUL is what is looked for
    expect(textOf(message)).not.toMatch(/\u0000|\p{Surrogate}/u)
    if (message.role === 'tool') {
      expect(open[0], 'a tool result behind its call').toBe(message.tool_call_id)
      open = open.slice(1)
      continue
    }
    expect(open, 'calls without a result').toEqual([])
    const made = message.tool_calls ?? []
    for (const call of made) {
      expect(call.function.name).toMatch(/^[\w-]{1,64}$/)
      expect(JSON.parse(call.function.arguments)).toBeTypeOf('object')
      expect(seen, 'ids are unique').not.toContain(call.id)
      seen.add(call.id)
    }
    open = made.map(({ id }) => id)
  }
  expect(open, 'calls without a result').toEqual([])
}
