// An MCP server over stdio with the 200 tools of catalogue.txt, listed in pages.
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

const PAGE = 70
const file = new URL('catalogue.txt', import.meta.url)
const tools = readFileSync(file, 'utf8')
  .trim()
  .split('\n')
  .map((line) => {
    const [name, description] = line.split('|')
    const properties = {
      target: { type: 'string', description: 'What it is about: an id, a name or an address' },
      text: { type: 'string', description: 'Further words' },
      limit: { type: 'integer', description: 'At most so many results' },
    }
    return { name, description, inputSchema: { type: 'object', properties, required: ['target'] } }
  })

const send = (message) =>
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)

createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line)
  if (method === 'initialize') {
    const { protocolVersion } = params
    const serverInfo = { name: 'catalogue', version: '1' }
    send({ id, result: { protocolVersion, capabilities: { tools: {} }, serverInfo } })
  } else if (method === 'tools/list') {
    const start = Number(params?.cursor ?? 0)
    const end = start + PAGE
    const nextCursor = end < tools.length ? String(end) : undefined
    send({ id, result: { tools: tools.slice(start, end), nextCursor } })
  } else if (method === 'tools/call') {
    const { name, arguments: args } = params
    send({ id, result: { content: [{ type: 'text', text: `${name}: ${args.target}` }] } })
  } else if (id !== undefined) send({ id, error: { code: -32601, message: 'no such method' } })
})
