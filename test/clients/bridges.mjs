import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { open as openClient } from './ai-sdk.mjs'

/* Programs that stand between a client and us. */

const bin = (name) => new URL(`node_modules/.bin/${name}`, import.meta.url).pathname

/** A client that only knows stdio, before our HTTP. */
export function mcpRemote(target) {
  const args = [bin('mcp-remote'), target.url, '--allow-http', '--transport', 'http-only']
  const env = { PATH: process.env.PATH, HOME: target.home }
  return openClient({ kind: 'stdio', command: process.execPath, args, env })
}

/** Our stdio, before a client that only knows HTTP. */
export async function supergateway({ command, args, env }) {
  const port = await freePort()
  const gateway = spawn(
    process.execPath,
    [
      bin('supergateway'),
      ...['--stdio', [command, ...args].join(' ')],
      ...['--outputTransport', 'streamableHttp', '--stateful', '--port', String(port)],
    ],
    { env: { ...process.env, ...env } },
  )
  const url = `http://127.0.0.1:${port}/mcp`
  while (
    !(await fetch(url).then(
      () => true,
      () => false,
    ))
  )
    await new Promise((resolve) => setTimeout(resolve, 100))
  const client = await openClient({ kind: 'http', url })
  return {
    ...client,
    async close() {
      await client.close()
      gateway.kill('SIGTERM')
      await once(gateway, 'exit')
    },
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}
