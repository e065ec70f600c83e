import './styles/base.css'
import './styles/shell.css'
import './styles/parts.css'
import './styles/chat.css'
import './styles/memory.css'
import './styles/context.css'
import { render } from 'preact'
import { Root } from './views/root.tsx'

const place = document.getElementById('app')
if (place) render(<Root />, place)
