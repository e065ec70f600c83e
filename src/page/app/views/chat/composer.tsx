import { useRef, useState } from 'preact/hooks'
import { useDesk } from '../../desk/desk.ts'
import { newKey } from '../../desk/key.ts'
import type { Agent, Run } from '../../mcp/shapes.ts'
import { Button } from '../../ui/parts.tsx'

/** A message on its way, until it stands in the conversation. */
export interface Sending {
  readonly key: string
  readonly text: string
  /** Known once the server has it. */
  readonly runId?: string
}

interface ComposerProps {
  readonly agent: Agent
  readonly openRuns: readonly string[]
  readonly onSending: (message: Sending) => void
  readonly onFailed: (key: string) => void
}

export function Composer({ agent, openRuns, onSending, onFailed }: ComposerProps) {
  const desk = useDesk()
  const [text, setText] = useState('')
  /** A text that may have arrived keeps its key, so that sending it again does not send it twice. */
  const unsure = useRef<Sending | undefined>(undefined)

  const send = async () => {
    const message = text.trim()
    if (message === '') return
    const key = unsure.current?.text === message ? unsure.current.key : newKey()
    unsure.current = { key, text: message }
    setText('')
    onSending({ key, text: message })
    try {
      const run = await desk.call<Run>(
        'send_message',
        { agent: agent.id, message, wait_seconds: 0, idempotency_key: key },
        { onNote: () => undefined },
      )
      unsure.current = undefined
      onSending({ key, text: message, runId: run.run_id })
    } catch (error) {
      onFailed(key)
      setText((now) => (now === '' ? message : now))
      desk.complain(error)
    }
  }
  const cancel = async () => {
    for (const run_id of openRuns) {
      await desk.call('cancel_run', { run_id }).catch(desk.complain)
    }
  }

  const canCancel = openRuns.length > 0 && desk.can('cancel_run')
  return (
    <div class="composer">
      <textarea
        aria-label={`Message ${agent.name}`}
        placeholder={`Message ${agent.name}`}
        rows={1}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
          event.preventDefault()
          void send()
        }}
      />
      {canCancel && (
        <Button onClick={cancel} title="Stops the runs of this agent that are open">
          Cancel
        </Button>
      )}
      <Button tone="main" onClick={send} disabled={text.trim() === ''}>
        Send
      </Button>
      <p class="hint composer-hint">
        <kbd>Enter</kbd> sends, <kbd>Shift</kbd> <kbd>Enter</kbd> starts a new line
      </p>
    </div>
  )
}
