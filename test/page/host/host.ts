import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { AppBridge, PostMessageTransport } from '@modelcontextprotocol/ext-apps/app-bridge'

/* A host of MCP Apps, which runs in the browser: the official bridge, an MCP client, and the view in a sandboxed frame. */

const UI = 'io.modelcontextprotocol/ui'
const POLICY =
  "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; form-action 'none'"

async function show(): Promise<void> {
  const client = new Client(
    { name: 'host', version: '1' },
    { capabilities: { extensions: { [UI]: { mimeTypes: ['text/html;profile=mcp-app'] } } } },
  )
  await client.connect(new StreamableHTTPClientTransport(new URL('/mcp', location.href)))
  const { tools } = await client.listTools()
  const { uri } = readUi(tools.find(({ name }) => name === 'get_agent')?._meta)
  const { contents } = await client.readResource({ uri })
  const html = contents[0] && 'text' in contents[0] ? contents[0].text : ''

  const frame = document.createElement('iframe')
  frame.setAttribute('sandbox', 'allow-scripts')
  frame.setAttribute('style', 'width:100%;max-width:900px;height:660px')
  document.body.append(frame)
  const target = frame.contentWindow
  if (!target) throw new Error('the frame has no window')
  const bridge = new AppBridge(
    client,
    { name: 'host', version: '1' },
    { serverTools: {} },
    { hostContext: { theme: 'dark' } },
  )
  bridge.oninitialized = () => {
    void bridge.sendToolInput({ arguments: { agent: 'Ada' } })
    document.body.dataset.state = 'initialized'
  }
  bridge.onsizechange = ({ height }) => {
    document.body.dataset.height = String(height)
  }
  await bridge.connect(new PostMessageTransport(target, target))
  frame.srcdoc = html.replace(
    '<meta charset',
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}"><meta charset`,
  )
}

function readUi(meta: unknown): { readonly uri: string } {
  const { ui } = (meta ?? {}) as { ui?: { resourceUri?: string } }
  return { uri: ui?.resourceUri ?? '' }
}

void show().catch((error: unknown) => {
  document.body.dataset.state = String(error)
})
