import type { Server } from 'node:http'
import { isIP } from 'node:net'
import { UserError } from '../core/errors.ts'

/** Binds the server and returns its base URL. Throws a UserError with the reason if that fails. */
export async function listen(server: Server, host: string, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explain(error, host, port)))
    server.listen(port, host, resolve)
  })
  const address = server.address()
  const bound = typeof address === 'object' && address !== null ? address.port : port
  return `http://${isIP(host) === 6 ? `[${host}]` : host}:${bound}`
}

function explain(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const options = { cause: error }
  switch (error.code) {
    case 'EADDRINUSE':
      return new UserError(
        'busy',
        `Port ${port} is in use. Choose another with --port, or --port 0 for a free one.`,
        options,
      )
    case 'EACCES':
      return new UserError(
        'unauthorized',
        `This user may not open port ${port}. Choose one above 1023 with --port.`,
        options,
      )
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new UserError(
        'invalid_argument',
        `This machine has no address "${host}". Choose another with --host, like 127.0.0.1.`,
        options,
      )
    default:
      return error
  }
}
