import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/** One connection in this many is kept free for new clients; chosen by hand. */
const ROOM = 10

/**
 * Closes idle connections: all on demand, and the longest idle one when the limit is near. Node's own
 * `closeIdleConnections` skips connections without a first request, which clients like to open in advance.
 */
export function trackConnections(server: Server, most: number): { closeIdle(): void } {
  /** Number of open requests per connection; most recently used last. */
  const active = new Map<Socket, number>()
  const count = (socket: Socket, change: number) => {
    const before = active.get(socket)
    if (before === undefined) return
    active.delete(socket)
    active.set(socket, before + change)
  }
  const free = Math.max(1, Math.floor(most / ROOM))
  const makeRoom = () => {
    if (active.size < most - free) return
    for (const [socket, requests] of active) {
      if (requests === 0 && socket.bytesWritten > 0) return socket.destroy()
    }
  }
  server.on('connection', (socket) => {
    makeRoom()
    active.set(socket, 0)
    socket.once('close', () => active.delete(socket))
  })
  server.on('request', ({ socket }, response) => {
    count(socket, 1)
    response.once('close', () => count(socket, -1))
  })
  return {
    closeIdle() {
      for (const [socket, requests] of active) if (requests === 0) socket.destroy()
    },
  }
}
