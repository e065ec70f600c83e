import { useState } from 'preact/hooks'
import { type Desk, useDesk } from '../../desk/desk.ts'
import type { Agent } from '../../mcp/shapes.ts'
import { count, laidOut } from '../../ui/format.ts'
import { Button, Card } from '../../ui/parts.tsx'
import { Pre } from '../../ui/pre.tsx'

/** A request larger than this many answers of the server is shown in part. Chosen by hand. */
const MAX_PIECES = 60

interface ModelMessage {
  readonly role: string
  readonly text?: string
  readonly toolCalls?: readonly { readonly name: string; readonly arguments: string }[]
}

interface ModelRequest {
  readonly messages?: readonly ModelMessage[]
  readonly tools?: readonly { readonly name: string }[]
}

/** Exactly what the next step would send to the model, to the letter. */
export function ExactRequest({ agent }: { readonly agent: Agent }) {
  const desk = useDesk()
  const [text, setText] = useState<string | undefined>()
  const [isBusy, setBusy] = useState(false)
  const [isRaw, setRaw] = useState(false)
  const show = async () => {
    setBusy(true)
    try {
      setText(await readRequest(desk, agent.id))
    } catch (error) {
      desk.complain(error)
    }
    setBusy(false)
  }
  const request = text === undefined ? undefined : parse(text)
  return (
    <Card
      title="The exact request"
      aside={
        <div class="row">
          {request && (
            <Button aria-pressed={isRaw} onClick={() => setRaw(!isRaw)}>
              As JSON
            </Button>
          )}
          <Button onClick={show} disabled={isBusy}>
            {isBusy ? 'Reading …' : text === undefined ? 'Show it' : 'Read it again'}
          </Button>
        </div>
      }
    >
      {text === undefined && (
        <p class="hint">
          What the next model call would get, compiled by the same code from the same state.
        </p>
      )}
      {text !== undefined && (isRaw || !request) && (
        <Pre label="Request as JSON" class="tall">
          {laidOut(text)}
        </Pre>
      )}
      {!isRaw && request && <Messages request={request} />}
    </Card>
  )
}

function Messages({ request }: { readonly request: ModelRequest }) {
  return (
    <div class="request">
      {request.messages?.map((message, index) => (
        <details key={index} open={index === 0}>
          <summary>
            <span class="call-name">{message.role}</span>
            <span class="call-args">{lineOf(message)}</span>
            <span class="dim">{count(message.text?.length ?? 0)} characters</span>
          </summary>
          <Pre label={`Text of message ${index + 1}`}>
            {message.text}
            {message.toolCalls?.map((call) => `\n→ ${call.name} ${call.arguments}`)}
          </Pre>
        </details>
      ))}
      {request.tools && (
        <p class="dim">Tools: {request.tools.map(({ name }) => name).join(', ')}</p>
      )}
    </div>
  )
}

function lineOf({ text = '', toolCalls = [] }: ModelMessage): string {
  const calls = toolCalls.map(({ name }) => `→ ${name}`).join(' ')
  return `${text} ${calls}`.replaceAll(/\s+/g, ' ').trim().slice(0, 160)
}

async function readRequest(desk: Desk, agent: string): Promise<string> {
  let text = ''
  let offset: number | undefined
  for (let pieces = 0; pieces < MAX_PIECES; pieces += 1) {
    const answer = await desk.call<{ request?: string; next_offset?: number }>('inspect_context', {
      agent,
      include_text: true,
      offset,
    })
    text += answer.request ?? ''
    offset = answer.next_offset
    if (offset === undefined) return text
  }
  return text
}

function parse(text: string): ModelRequest | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
