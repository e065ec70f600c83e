import type { RunView } from '../../core/run.ts'
import { isSettled } from '../../core/run.ts'
import type { McpContext } from '../../service/context.ts'
import type { ToolRequest } from './define-tool.ts'
import { createProgressNotes } from './progress-notes.ts'

/** Progress interval. Some clients time out a silent call shortly after this. Chosen by hand. */
const HEARTBEAT_MILLISECONDS = 10_000

/** Waits for the run. If the caller leaves, the run goes on. */
export async function waitForRun(
  view: RunView,
  seconds: number,
  context: McpContext,
  call: ToolRequest,
): Promise<RunView> {
  if (seconds === 0 || isSettled(view.run)) return view
  const began = Date.now()
  const notes = call.wantsProgress
    ? createProgressNotes(call.progress, call.wantsThinking)
    : undefined
  const stop = notes && context.runs.onProgress(view.run.id, notes.take)
  const heartbeat = setInterval(() => {
    notes?.wait(`Still working after ${Math.round((Date.now() - began) / 1000)} s`)
  }, HEARTBEAT_MILLISECONDS)
  try {
    return await context.runs.wait(view.run.id, seconds * 1000, call.signal)
  } finally {
    clearInterval(heartbeat)
    stop?.()
    notes?.end()
  }
}
