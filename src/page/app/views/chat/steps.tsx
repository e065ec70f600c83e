import type { RunMessage } from '../../mcp/shapes.ts'
import { laidOut } from '../../ui/format.ts'
import { Time } from '../../ui/parts.tsx'
import { Pre } from '../../ui/pre.tsx'

/** An agent's thoughts, calls and words in a run, in order. */
export function Steps({ messages }: { readonly messages: readonly RunMessage[] }) {
  const results = new Map(
    messages.flatMap((message) =>
      message.type === 'tool_return_message' && message.tool_call_id
        ? [[message.tool_call_id, message] as const]
        : [],
    ),
  )
  return messages.map((message, index) => {
    const key = `${message.id} ${index}`
    switch (message.type) {
      case 'reasoning_message':
        return (
          <details key={key} class="thought">
            <summary>{firstLine(message.text ?? '')}</summary>
            <p>{message.text}</p>
          </details>
        )
      case 'tool_call_message':
        return <Call key={key} call={message} result={results.get(message.tool_call_id ?? '')} />
      case 'assistant_message':
        return (
          <div key={key} class="said assistant">
            <p class="text">{message.text}</p>
            <p class="said-at">
              <Time at={message.created_at} />
            </p>
          </div>
        )
      default:
        return null
    }
  })
}

function Call({
  call,
  result,
}: {
  readonly call: RunMessage
  readonly result: RunMessage | undefined
}) {
  const outcome =
    result === undefined ? 'no result yet' : result.status === 'error' ? 'failed' : 'done'
  return (
    <details class={`call ${outcome === 'failed' ? 'bad' : ''}`}>
      <summary>
        <span class="call-name">{call.tool_name}</span>
        <span class="call-args">{firstLine(call.arguments ?? '')}</span>
        <span class="call-state">{outcome}</span>
      </summary>
      <Pre label="Arguments">{laidOut(call.arguments ?? '')}</Pre>
      {result && (
        <Pre label="Result" class={result.status === 'error' ? 'bad' : ''}>
          {result.text}
        </Pre>
      )}
    </details>
  )
}

/** Characters of a collapsed line; CSS cuts the rest. Chosen by hand. */
const LINE_CHARACTERS = 200

function firstLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').slice(0, LINE_CHARACTERS)
}
