import type { AgentEvent, PartKind } from '../../core/event.ts'
import type { CallId, MessageId, RunId } from '../../core/ids.ts'

/** Runs that this process works on, as seen by their watchers. */
export interface LiveRuns {
  /** A watcher is about to subscribe; until then the run is kept for it. */
  expect(namespace: string, runId: RunId): void
  /** Whether to stream: someone watches, or is about to. */
  isWatched(namespace: string, runId: RunId): boolean
  publish(namespace: string, event: AgentEvent): void
  /** Replays the present step first, then passes on each event as it happens. Returns a function that unsubscribes. */
  subscribe(namespace: string, runId: RunId, listener: (event: AgentEvent) => void): () => void
}

interface Watched {
  readonly listeners: Set<(event: AgentEvent) => void>
  present: Present
  expiry?: NodeJS.Timeout | undefined
}

/** The events of the present step, with its answer so far. */
interface Present {
  readonly step?: AgentEvent
  readonly answer?: AgentEvent & { readonly messageId: MessageId }
  readonly parts: readonly Part[]
}

interface Part {
  readonly kind: PartKind
  readonly toolName: string | undefined
  readonly callId: CallId | undefined
  readonly text: string
  readonly hasEnded: boolean
}

const NOTHING: Present = { parts: [] }
/** Far longer than the time from sending a message to watching its run. Chosen by hand. */
const EXPECTED_MILLISECONDS = 10_000

/** An error thrown by a listener goes to `onError` and affects no other listener. */
export function createLiveRuns(onError: (error: unknown) => void): LiveRuns {
  const runs = new Map<string, Watched>()
  const keyOf = (namespace: string, runId: RunId) => `${namespace} ${runId}`

  function watch(key: string): Watched {
    const known = runs.get(key)
    clearTimeout(known?.expiry)
    const watched = known ?? { listeners: new Set(), present: NOTHING }
    runs.set(key, watched)
    return watched
  }

  function tell(listener: (event: AgentEvent) => void, event: AgentEvent): void {
    try {
      listener(event)
    } catch (error) {
      onError(error)
    }
  }

  return {
    expect(namespace, runId) {
      const key = keyOf(namespace, runId)
      const watched = watch(key)
      if (watched.listeners.size > 0) return
      watched.expiry = setTimeout(() => runs.delete(key), EXPECTED_MILLISECONDS)
      watched.expiry.unref()
    },
    isWatched: (namespace, runId) => runs.has(keyOf(namespace, runId)),
    publish(namespace, event) {
      const watched = runs.get(keyOf(namespace, event.runId))
      if (!watched) return
      watched.present = follow(watched.present, event)
      for (const listener of [...watched.listeners]) tell(listener, event)
    },
    subscribe(namespace, runId, listener) {
      const key = keyOf(namespace, runId)
      const watched = watch(key)
      for (const event of eventsOf(watched.present)) tell(listener, event)
      watched.listeners.add(listener)
      return () => {
        watched.listeners.delete(listener)
        if (watched.listeners.size === 0) runs.delete(key)
      }
    },
  }
}

function follow(present: Present, event: AgentEvent): Present {
  switch (event.type) {
    case 'step_started':
      return { step: event, parts: [] }
    case 'answer_started':
      return { ...present, answer: event, parts: [] }
    case 'part_started': {
      const { kind, toolName, callId } = event
      return {
        ...present,
        parts: [...present.parts, { kind, toolName, callId, text: '', hasEnded: false }],
      }
    }
    case 'part_delta':
      return withPart(present, event.part, (part) => ({ ...part, text: part.text + event.text }))
    case 'part_ended':
      return withPart(present, event.part, (part) => ({ ...part, hasEnded: true }))
    // A kept answer is stored, and a discarded one is of no interest.
    case 'answer_ended':
      return present.step ? { step: present.step, parts: [] } : NOTHING
    case 'step_ended':
    case 'run_left':
      return NOTHING
    case 'tool_called':
    case 'spoke':
      return present
  }
}

function withPart(present: Present, place: number, change: (part: Part) => Part): Present {
  return {
    ...present,
    parts: present.parts.map((part, index) => (index === place ? change(part) : part)),
  }
}

function eventsOf({ step, answer, parts }: Present): readonly AgentEvent[] {
  const events = [step, answer].filter((event) => event !== undefined)
  if (!answer) return events
  const { runId, agentId, messageId } = answer
  const own = { runId, agentId, messageId }
  return [
    ...events,
    ...parts.flatMap(({ kind, toolName, callId, text, hasEnded }, part): readonly AgentEvent[] => [
      { ...own, type: 'part_started', part, kind, toolName, callId },
      ...(text === '' ? [] : [{ ...own, type: 'part_delta' as const, part, text }]),
      ...(hasEnded ? [{ ...own, type: 'part_ended' as const, part }] : []),
    ]),
  ]
}
