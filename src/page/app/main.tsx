import './styles/base.css'
import './styles/shell.css'
import './styles/parts.css'
import './styles/chat.css'
import './styles/memory.css'
import './styles/context.css'
import { render } from 'preact'
import { connectToHost, isInHost } from './mcp/host-client.ts'
import { Root } from './views/root.tsx'

const place = document.getElementById('app')
if (place) {
  const host = isInHost() ? connectToHost(window.parent) : undefined
  render(<Root host={host} />, place)
}
