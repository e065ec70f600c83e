import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** Serves the host's page, and passes `/mcp` on to the server, so that both have one origin. */
export async function serveHost(server: {
  readonly port: number
}): Promise<{ readonly origin: string; close(): void }> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('host.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    logLevel: 'error',
  })
  const script = outputFiles[0]?.text ?? ''
  const http = createServer((incoming, answer) => {
    if (!incoming.url?.startsWith('/mcp')) {
      const isScript = incoming.url === '/host.js'
      answer.setHeader('Content-Type', isScript ? 'text/javascript' : 'text/html')
      answer.end(
        isScript ? script : '<!doctype html><body><script type=module src=/host.js></script>',
      )
      return
    }
    const { origin: _, ...headers } = incoming.headers
    const target = { host: '127.0.0.1', port: server.port, path: incoming.url }
    const passed = request(
      {
        ...target,
        method: incoming.method,
        headers: { ...headers, host: `127.0.0.1:${server.port}` },
      },
      (found) => {
        answer.writeHead(found.statusCode ?? 502, found.headers)
        found.pipe(answer)
      },
    )
    passed.on('error', () => answer.destroy())
    incoming.pipe(passed)
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const { port } = http.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    close() {
      http.close()
      http.closeAllConnections()
    },
  }
}
