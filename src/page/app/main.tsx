import './styles/base.css'
import './styles/shell.css'
import './styles/widths.css'
import './styles/parts.css'
import './styles/runs.css'
import './styles/chat.css'
import './styles/rail.css'
import './styles/memory.css'
import './styles/context.css'
import './styles/tools.css'
import './styles/background.css'
import './styles/hosted.css'
import { render } from 'preact'
import { isInHost } from './mcp/is-in-host.ts'
import { HostedRoot } from './views/hosted-root.tsx'
import { Root } from './views/root.tsx'

const place = document.getElementById('app')
if (place) render(isInHost() ? <HostedRoot /> : <Root />, place)
