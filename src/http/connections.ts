import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/** One in so many is kept free for those who come. */
const ROOM = 10

/**
 * Closes connections that nobody is using: all when asked, and the one that is idle for longest when there are nearly
 * as many as allowed. Node's own `closeIdleConnections` passes over those on which no request has
 * come yet, and clients like to open one in advance.
 */
export function trackConnections(server: Server, most: number): { closeIdle(): void } {
  /** Requests that are being answered; the connection used last comes last. */
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
