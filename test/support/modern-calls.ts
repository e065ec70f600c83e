/* Calls of 2026-07-28 as they stand on the wire, so that a test can bring any answer, twice, late, or made up. */

export interface Rounds {
  /** The capabilities that the client declares. */
  readonly capabilities?: object
  readonly requestState?: string
  readonly inputResponses?: object
}

export interface Answered {
  /** Questions to the client, by name; undefined: the call is over. */
  // biome-ignore lint/suspicious/noExplicitAny: each test knows the shape that it asks for
  readonly asks: any
  readonly requestState: string
  // biome-ignore lint/suspicious/noExplicitAny: each test knows the shape that it asks for
  readonly data: any
  readonly isError: boolean
  /** Protocol error. */
  readonly error: { readonly code: number; readonly message: string } | undefined
}

export const SAMPLES = { sampling: { tools: {} } }

export async function callModern(
  url: string,
  name: string,
  args: object,
  { capabilities = SAMPLES, ...rounds }: Rounds = {},
): Promise<Answered> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Accept: 'application/json, text/event-stream',
      'MCP-Protocol-Version': '2026-07-28',
      'Mcp-Method': 'tools/call',
      'Mcp-Name': name,
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: {
        name,
        arguments: args,
        ...rounds,
        _meta: {
          'io.modelcontextprotocol/protocolVersion': '2026-07-28',
          'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '0' },
          'io.modelcontextprotocol/clientCapabilities': capabilities,
        },
      },
    }),
  })
  const text = await response.text()
  const lines = text.split('\n').filter((line) => line.startsWith('data:'))
  const { result, error } = JSON.parse(lines.at(-1)?.slice('data:'.length) ?? text)
  return {
    asks: result?.inputRequests,
    requestState: result?.requestState,
    data: result?.structuredContent,
    isError: result?.isError === true,
    error,
  }
}
