// An MCP server over stdio that does what servers do to their clients. It writes JSON-RPC by hand, so that nothing
// tidies it up.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

let version = 1
if (process.env.STUBBORN) {
  process.on('SIGTERM', () => {})
  setInterval(() => {}, 1_000)
}
const send = (message) =>
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
const object = (properties = {}) => ({ type: 'object', properties })
const text = { type: 'string' }
const number = { type: 'number' }

const tools = () => [
  {
    name: 'echo',
    description: 'Says it again.',
    inputSchema: object({ text }),
    annotations: { readOnlyHint: true },
  },
  {
    name: 'put',
    description: 'Puts it.',
    inputSchema: object({ text }),
    annotations: { idempotentHint: true },
  },
  {
    name: 'slow',
    description: 'Takes its time.',
    inputSchema: object({ ms: number, progress: { type: 'boolean' } }),
  },
  { name: 'big', description: 'Answers with much.', inputSchema: object({ bytes: number }) },
  { name: 'die', description: 'Dies.', inputSchema: object() },
  {
    name: 'fail',
    description: 'Fails.',
    inputSchema: object({ tell: { type: 'boolean' } }),
  },
  { name: 'refuse', description: 'Answers with an error of the protocol.', inputSchema: object() },
  { name: 'env', description: 'Names of the environment.', inputSchema: object() },
  { name: 'change', description: `Version ${version}.`, inputSchema: object() },
  { name: 'tell', description: 'Tells what it was given.', inputSchema: object() },
  { name: 'spawn', description: 'Leaves a process behind.', inputSchema: object() },
  { name: 'mixed', description: 'Answers with all kinds of parts.', inputSchema: object() },
  { name: 'a b', description: 'x'.repeat(5_000), inputSchema: object() },
  { name: 'a_b', description: 'Collides.', inputSchema: object() },
  { name: `${'long'.repeat(20)}1`, inputSchema: object() },
  { name: `${'long'.repeat(20)}2`, inputSchema: object() },
]

const results = {
  echo: ({ text: said }, meta) => [
    { type: 'text', text: `${said} ${meta?.['recollect/call'] ?? ''}`.trim() },
  ],
  put: () => [{ type: 'text', text: 'put' }],
  tell: () => [{ type: 'text', text: `${process.env.TOKEN} in ${process.env.CITY}` }],
  big: ({ bytes }) => [{ type: 'text', text: 'x'.repeat(bytes) }],
  env: () => [{ type: 'text', text: Object.keys(process.env).sort().join(' ') }],
  change() {
    version += 1
    send({ method: 'notifications/tools/list_changed' })
    return [{ type: 'text', text: 'changed' }]
  },
  spawn() {
    const { pid } = spawn('sleep', ['300'], { stdio: 'ignore' })
    return [{ type: 'text', text: `${pid} ${process.pid}` }]
  },
  mixed: () => [
    { type: 'text', text: 'a\u0000b' },
    { type: 'image', data: 'AAAA', mimeType: 'image/png' },
    { type: 'resource_link', uri: 'https://example.com/x', name: 'x' },
    { type: 'resource', resource: { uri: 'file:///y', text: 'inside' } },
  ],
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line)
  if (method === 'initialize') {
    const serverInfo = { name: 'nasty', version: '1' }
    const { protocolVersion } = params
    return send({
      id,
      result: { protocolVersion, capabilities: { tools: { listChanged: true } }, serverInfo },
    })
  }
  if (method === 'tools/list') return send({ id, result: { tools: tools() } })
  if (method === 'tools/call') return call(id, params)
  if (id !== undefined) send({ id, error: { code: -32601, message: 'no such method' } })
})

function call(id, { name, arguments: args = {}, _meta: meta }) {
  if (name === 'die') process.exit(7)
  if (name === 'fail') {
    const text = args.tell ? `it failed with ${process.env.TOKEN}` : 'it failed'
    return send({ id, result: { content: [{ type: 'text', text }], isError: true } })
  }
  if (name === 'refuse') {
    return send({ id, error: { code: -32603, message: `no access with ${process.env.TOKEN}` } })
  }
  if (name === 'slow') {
    const progressToken = meta?.progressToken
    const timer =
      args.progress &&
      setInterval(
        () =>
          send({
            method: 'notifications/progress',
            params: { progressToken, progress: Date.now() },
          }),
        50,
      )
    return setTimeout(() => {
      clearInterval(timer)
      send({ id, result: { content: [{ type: 'text', text: 'done' }] } })
    }, args.ms)
  }
  send({ id, result: { content: results[name](args, meta) } })
}
