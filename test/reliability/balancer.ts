import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { Server } from './harness.ts'

/* A load balancer before several servers: gives each request to the next one, and remembers nothing. */

export interface Balancer {
  readonly url: string
  /** How many requests went to each server, by its process. */
  readonly served: ReadonlyMap<number, number>
  close(): Promise<void>
}

export async function startBalancer(servers: () => readonly Server[]): Promise<Balancer> {
  const served = new Map<number, number>()
  let turn = 0
  const balancer = createServer(async (incoming, response) => {
    const pieces: Buffer[] = []
    for await (const piece of incoming) pieces.push(piece)
    const all = servers()
    turn += 1
    pass(incoming, Buffer.concat(pieces), response, [
      ...all.slice(turn % all.length),
      ...all.slice(0, turn % all.length),
    ])
  })

  /** A server that can't be reached has done nothing yet, so the next may be asked; one that breaks off may have. */
  function pass(
    incoming: IncomingMessage,
    body: Buffer,
    response: ServerResponse,
    [next, ...others]: readonly Server[],
  ): void {
    const pid = next?.process.pid
    if (!next || pid === undefined) {
      response.writeHead(502).end('no server answers')
      return
    }
    const { method, headers, url = '' } = incoming
    const outgoing = request(new URL(url, next.url), { method, headers, agent: false })
    outgoing.on('response', (answer) => {
      served.set(pid, (served.get(pid) ?? 0) + 1)
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
      answer.on('error', () => response.destroy())
    })
    outgoing.on('error', (error) => {
      const unreached = 'code' in error && error.code === 'ECONNREFUSED'
      if (unreached) pass(incoming, body, response, others)
      else if (response.headersSent) response.destroy()
      else response.writeHead(502).end('the server broke off')
    })
    response.on('close', () => outgoing.destroy())
    outgoing.end(body)
  }

  await new Promise<void>((resolve) => balancer.listen(0, '127.0.0.1', resolve))
  const address = balancer.address()
  if (address === null || typeof address === 'string') throw new Error('the balancer has no port')
  return {
    url: `http://127.0.0.1:${address.port}/mcp`,
    served,
    close: () =>
      new Promise((resolve) => {
        balancer.close(() => resolve())
        balancer.closeAllConnections()
      }),
  }
}
