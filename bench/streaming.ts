import { spawn } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { table } from './shared/table.ts'
import {
  BINARY,
  describeMachine,
  environment,
  median,
  percentile,
  stop,
  withScratch,
} from './support.ts'

/*
 * How long after the provider has written a word a client with a progress token reads it, while the provider goes on
 * writing. The words come slower than ten a second, which is the most that is sent on. The provider and the client are
 * in this process, so both times are of one clock.
 */
const WORDS = 60
const PAUSE_MILLISECONDS = 120
const TURNS = 2
/** Maximum delay of a word, by its requirement. */
const BAR_MILLISECONDS = 50

const written = new Map<string, number>()
const read = new Map<string, number>()
let isWriting = false
let heardWhileWriting = 0

const provider = createServer(async (request, response) => {
  for await (const _ of request);
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const send = (delta: object, finish: string | null = null) =>
    response.write(
      `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`,
    )
  const turn = written.size
  const call = (fields: object) => send({ tool_calls: [{ index: 0, function: fields }] })
  isWriting = true
  call({ name: 'send_message', arguments: '{"message":"' })
  for (let word = 0; word < WORDS; word += 1) {
    await sleep(PAUSE_MILLISECONDS)
    const text = `word${turn + word};`
    written.set(text, performance.now())
    call({ arguments: text })
  }
  await sleep(PAUSE_MILLISECONDS)
  isWriting = false
  call({ arguments: '"}' })
  send({}, 'tool_calls')
  response.end('data: [DONE]\n\n')
})
await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve))
const { port } = provider.address() as AddressInfo

function hear(message: string): void {
  for (const word of message.match(/word\d+;/g) ?? []) {
    read.set(word, performance.now())
    if (isWriting) heardWhileWriting += 1
  }
}

async function measure(client: Client): Promise<readonly string[]> {
  written.clear()
  read.clear()
  heardWhileWriting = 0
  const created = await client.callTool({ name: 'create_agent', arguments: { name: 'Ada' } })
  const { agent } = created.structuredContent as { agent: { id: string } }
  for (let turn = 0; turn < TURNS; turn += 1) {
    await client.callTool(
      { name: 'send_message', arguments: { agent: agent.id, message: 'Go on.' } },
      { onprogress: ({ message = '' }) => hear(message), timeout: 60_000 },
    )
  }
  await client.close()
  const delays = [...written].map(([word, at]) => (read.get(word) ?? Number.NaN) - at)
  const missing = delays.filter(Number.isNaN).length
  const late = percentile(delays, 0.95)
  return [
    median(delays).toFixed(1),
    late.toFixed(1),
    Math.max(...delays).toFixed(1),
    `${heardWhileWriting} of ${written.size}`,
    missing === 0 && late <= BAR_MILLISECONDS ? 'yes' : 'no',
  ]
}

await withScratch(async (home) => {
  const env = environment(home, {
    OPENAI_API_KEY: 'sk-bench',
    OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1`,
  }) as Record<string, string>
  const stdio = new Client({ name: 'bench', version: '1.0.0' })
  await stdio.connect(
    new StdioClientTransport({ command: 'node', args: [BINARY, 'stdio'], env, stderr: 'ignore' }),
  )
  const overStdio = await measure(stdio)

  const child = spawn('node', [BINARY, 'serve', '--port', '0'], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const url = await new Promise<string>((resolve) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      const found = /https?:\/\/\S+\/mcp/.exec(line)?.[0]
      if (found !== undefined) resolve(found)
    })
  })
  const http = new Client({ name: 'bench', version: '1.0.0' })
  await http.connect(new StreamableHTTPClientTransport(new URL(url)))
  const overHttp = await measure(http)
  await stop(child)

  console.log(`${describeMachine()}; ${TURNS * WORDS} words, one each ${PAUSE_MILLISECONDS} ms`)
  console.log('from the word written by the provider to the word read by the client:')
  console.log(
    table([
      ['', 'median ms', 'p95', 'longest', 'while it wrote', `p95 within ${BAR_MILLISECONDS}`],
      ['stdio', ...overStdio],
      ['HTTP', ...overHttp],
    ]),
  )
})
provider.closeAllConnections()
provider.close()
