import type { RunId } from '../../core/ids.ts'
import type { Run, RunView } from '../../core/run.ts'
import type { McpContext } from '../context.ts'

/** How long one look at a run waits; chosen by hand. */
const LOOK_MILLISECONDS = 30_000
/** Between looks at a run that rests for a retry or another agent; chosen by hand. */
const REST_MILLISECONDS = 500

/** Nothing more happens to the run unless somebody outside acts. */
export function isOver({ status, waitingFor }: Run): boolean {
  if (status === 'queued' || status === 'running') return false
  return status !== 'waiting' || waitingFor === 'client' || waitingFor === 'model'
}

/** Resolves when the run is over, or the caller has left. */
export async function waitRun(
  { runs }: McpContext,
  id: RunId,
  signal: AbortSignal,
): Promise<RunView> {
  for (;;) {
    const view = await runs.wait(id, LOOK_MILLISECONDS, signal)
    if (isOver(view.run) || signal.aborted) return view
    if (view.run.status === 'waiting') await rest(signal)
  }
}

async function rest(signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, REST_MILLISECONDS)
    signal.addEventListener('abort', () => resolve(), { once: true })
    timer.unref()
  })
}
