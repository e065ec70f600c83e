import { countTokens } from 'gpt-tokenizer/encoding/o200k_base'
import { BINARY, environment, startStdioClient, withScratch } from './support.ts'

/** Tokens that the tool list costs a model, per tool: names, descriptions and input schemas, in o200k tokens. */
const tools = await withScratch(async (home) => {
  const client = startStdioClient([process.execPath, BINARY, 'stdio'], environment(home))
  try {
    await client.initialize()
    const list = (await client.request('tools/list', {})) as { tools: readonly Tool[] }
    return list.tools
  } finally {
    await client.stop()
  }
})

interface Tool {
  readonly name: string
  readonly description?: string
  readonly inputSchema: unknown
}

let total = 0
for (const { name, description, inputSchema } of tools) {
  const tokens = countTokens(JSON.stringify({ name, description, inputSchema }))
  total += tokens
  console.log(`${String(tokens).padStart(6)}  ${name}`)
}
console.log(`${String(total).padStart(6)}  ${tools.length} tools`)
