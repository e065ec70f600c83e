import { useEffect, useState } from 'preact/hooks'
import type { Note } from '../mcp/client.ts'
import type { Run, RunMessage } from '../mcp/shapes.ts'
import { isOpen } from './agents.ts'
import { type Desk, useDesk } from './desk.ts'
import { RUNS, runUri } from './uris.ts'
import { type Loaded, useLoaded } from './use-loaded.ts'

/** One request follows a run for so long, then asks again. */
const WATCH_SECONDS = 60
/** After a broken connection; chosen by hand. */
const PAUSE_MILLISECONDS = 1_500

/** A run with all its messages: a long one comes in several answers. */
export async function loadRun(desk: Desk, runId: string): Promise<Run> {
  const first = await desk.call<Run>('get_run', { run_id: runId, include_steps: true })
  let messages: readonly RunMessage[] = first.messages ?? []
  let isCut = first.truncated ?? false
  while (isCut && messages.length > 0) {
    const after = messages.at(-1)?.id
    const next = await desk.call<Run>('get_run', { run_id: runId, include_steps: true, after })
    const more = (next.messages ?? []).filter(({ id }) => id !== after)
    if (more.length === 0) break
    messages = [...messages, ...more]
    isCut = next.truncated ?? false
  }
  return { ...first, messages }
}

export function useRun(runId: string): Loaded<Run> {
  const desk = useDesk()
  return useLoaded(`run ${runId}`, [runUri(runId), RUNS], () => loadRun(desk, runId))
}

/** An agent's work at this moment, before it is stored. */
export interface LiveStep {
  readonly now: string
  readonly thinking: string
  readonly words: string
}

const NOTHING: LiveStep = { now: '', thinking: '', words: '' }

/** The next state of a step after a note. Pure. */
export function withNote(live: LiveStep, { kind, text }: Note): LiveStep {
  switch (kind) {
    case 'step':
      return { ...NOTHING, now: text }
    case 'words':
      return { ...live, now: 'Writing', words: live.words + text }
    case 'thinking':
      return { ...live, now: 'Thinking', thinking: live.thinking + text }
    case 'call':
    case 'wait':
      return { ...live, now: text }
  }
}

/** Follows a run while it is at work, wherever it was started. */
export function useWatchedRun(runId: string): {
  readonly run: Run | undefined
  readonly live: LiveStep
} {
  const desk = useDesk()
  const { value: run, reload } = useRun(runId)
  const [live, setLive] = useState(NOTHING)
  const atWork = run === undefined || run.status === 'running' || run.status === 'queued'

  useEffect(() => {
    if (!atWork) return
    const stop = new AbortController()
    setLive(NOTHING)
    const onNote = (note: Note) => {
      setLive((before) => withNote(before, note))
      // The work of a step is stored when the next one begins.
      if (note.kind === 'step' || note.kind === 'call') reload()
    }
    const follow = async () => {
      while (!stop.signal.aborted) {
        try {
          const asked = { run_id: runId, wait_seconds: WATCH_SECONDS }
          const found = await desk.call<Run>('get_run', asked, { onNote, signal: stop.signal })
          if (!isOpen(found) || found.status === 'waiting' || found.status === 'requires_approval')
            break
        } catch {
          await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS))
        }
      }
      if (!stop.signal.aborted) reload()
    }
    void follow()
    return () => stop.abort()
  }, [runId, atWork])
  return { run, live: atWork ? live : NOTHING }
}
