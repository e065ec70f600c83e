import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

export interface Gate {
  readonly baseUrl: string
  /** Requests that have come so far, those that are held included. */
  arrived(): number
  /** From now on nothing is answered, until `release`. */
  hold(): void
  release(): void
  close(): Promise<void>
}

/** Stands before the provider, so that a test decides when an answer comes. */
export async function startGate(target: string): Promise<Gate> {
  let arrived = 0
  let opened: Promise<void> = Promise.resolve()
  let open: () => void = () => undefined

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece)
    arrived += 1
    await opened
    if (response.destroyed) return
    const answer = await fetch(new URL(request.url ?? '', target), {
      method: 'POST',
      body: Buffer.concat(pieces),
      headers: {
        'content-type': 'application/json',
        authorization: request.headers.authorization ?? '',
      },
    })
    const text = await answer.text()
    const headers = ['content-type', 'retry-after'].flatMap((name) => {
      const value = answer.headers.get(name)
      return value === null ? [] : [[name, value] as const]
    })
    response.writeHead(answer.status, Object.fromEntries(headers)).end(text)
  }

  const server = createServer((request, response) => {
    pass(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the gate has no port')
  return {
    baseUrl: `http://127.0.0.1:${address.port}/v1`,
    arrived: () => arrived,
    hold() {
      opened = new Promise((resolve) => {
        open = resolve
      })
    },
    release: () => open(),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
