import type { Agent } from '../../mcp/shapes.ts'
import { Chat } from './chat.tsx'
import { Rail } from './rail.tsx'

export function ChatTab({ agent }: { readonly agent: Agent }) {
  return (
    <div class="chat-tab">
      <Chat agent={agent} />
      <Rail agent={agent} />
    </div>
  )
}
