import { useState } from 'preact/hooks'
import { useDesk } from '../../desk/desk.ts'
import type { FoundMessage } from '../../mcp/shapes.ts'
import { count } from '../../ui/format.ts'
import { Button } from '../../ui/parts.tsx'

/** A message that does not fit one answer of the server is read on when asked. */
export function LongText({
  agent,
  message,
}: {
  readonly agent: string
  readonly message: FoundMessage
}) {
  const desk = useDesk()
  const [rest, setRest] = useState({ text: '', next: message.next_offset })
  const more = async () => {
    try {
      const { messages } = await desk.call<{ messages: readonly FoundMessage[] }>(
        'search_conversation',
        { agent, around: message.id, limit: 1, offset: rest.next },
      )
      const piece = messages.find(({ id }) => id === message.id)
      setRest({ text: rest.text + (piece?.text ?? ''), next: piece?.next_offset })
    } catch (error) {
      desk.complain(error)
    }
  }
  return (
    <>
      <p class="text">
        {message.text}
        {rest.text}
      </p>
      {rest.next !== undefined && (
        <Button tone="quiet" onClick={more}>
          Read on ({count(message.chars ?? 0)} characters in all)
        </Button>
      )}
    </>
  )
}
