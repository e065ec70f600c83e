import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { generate } from 'selfsigned'

export interface HttpsServer {
  /** `https://127.0.0.1:<port>`, without a slash at its end. */
  readonly url: string
  readonly port: number
  /** The certificate a client must trust, as PEM. */
  readonly ca: string
  close(): Promise<void>
}

/** An https server on loopback whose certificate is valid for 127.0.0.1 and localhost. */
export async function startHttps(listener: RequestListener): Promise<HttpsServer> {
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    extensions: [
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  })
  const server = createServer({ key, cert }, listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `https://127.0.0.1:${port}`,
    port,
    ca: cert,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
