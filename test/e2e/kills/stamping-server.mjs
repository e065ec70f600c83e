// An MCP server over stdio whose one tool takes its time, and writes a line to a file in the middle of it.
import { appendFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'

const MILLISECONDS = 60
const send = (message) =>
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)

const stamp = {
  name: 'stamp',
  description: 'Stamps it.',
  inputSchema: { type: 'object', properties: { key: { type: 'string' } }, required: ['key'] },
}

const input = createInterface({ input: process.stdin })
input.on('close', () => process.exit(0))
input.on('line', async (line) => {
  const { id, method, params } = JSON.parse(line)
  if (method === 'initialize') {
    const { protocolVersion } = params
    const serverInfo = { name: 'stamping', version: '1' }
    send({ id, result: { protocolVersion, capabilities: { tools: {} }, serverInfo } })
  } else if (method === 'tools/list') send({ id, result: { tools: [stamp] } })
  else if (method === 'tools/call') {
    const { key } = params.arguments
    await sleep(MILLISECONDS)
    appendFileSync(process.env.STAMPS, `${key}\n`)
    await sleep(MILLISECONDS)
    send({ id, result: { content: [{ type: 'text', text: `stamped ${key}` }] } })
  } else if (id !== undefined) send({ id, error: { code: -32601, message: 'no such method' } })
})
