import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/**
 * Closes connections that nobody is using. Node's own `closeIdleConnections` passes over those on which no request has
 * come yet, and clients like to open one in advance.
 */
export function trackConnections(server: Server): { closeIdle(): void } {
  /** Requests that are being answered. */
  const active = new Map<Socket, number>()
  const count = (socket: Socket, change: number) => {
    const before = active.get(socket)
    if (before !== undefined) active.set(socket, before + change)
  }
  server.on('connection', (socket) => {
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
