import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import type { Environment } from '../support/connect.ts'

export interface StdioCall {
  readonly isError: boolean
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: each test knows the shape that it asks for
  readonly data: any
}

export interface StdioServer {
  call(tool: string, args: object): Promise<StdioCall>
  /** Ends its stdin; resolves once it has ended. */
  close(): Promise<void>
}

/** A client and the server that it started, as Claude Desktop does. `entry` is what `writeServer` wrote. */
export async function startStdio(entry: string, environment: Environment): Promise<StdioServer> {
  const client = new Client({ name: 'reliability', version: '0.0.0' })
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [entry],
      env: { PATH: process.env.PATH ?? '', RELIABILITY_TRANSPORT: 'stdio', ...environment },
      stderr: 'inherit',
    }),
  )
  return {
    async call(tool, args) {
      const result = await client.callTool({ name: tool, arguments: { ...args } })
      return {
        isError: result.isError === true,
        text: JSON.stringify(result.content),
        data: result.structuredContent,
      }
    },
    close: () => client.close(),
  }
}
