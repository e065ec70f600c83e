import type { RunId } from '../../core/ids.ts'
import type { Message } from '../../core/message.ts'
import type { McpContext } from '../../service/context.ts'
import { type LettaMessage, presentMessage } from '../present/message.ts'
import type { TurnView } from '../read/turn.ts'

/** A stored message of a run, as the client reads it. */
export interface Presented {
  readonly message: Message
  /** Its place among the messages of the run. */
  readonly place: number
  readonly parts: readonly LettaMessage[]
}

/** The messages of the agent in the run, from number `skip` on; those that began it are left out. */
export async function runMessages(
  { runs }: McpContext,
  runId: RunId,
  { speaksAsMessage, types }: Pick<TurnView, 'speaksAsMessage' | 'types'>,
  skip = 0,
): Promise<readonly Presented[]> {
  const { pendingApprovals } = await runs.get(runId)
  const messages = await runs.messages(runId)
  const steps = await runs.steps({ runId, order: 'asc', limit: 1_000 })
  const pending = new Set<string>(pendingApprovals.map(({ callId }) => callId))
  let answers = 0
  return messages.flatMap((message, place) => {
    if (message.role === 'assistant') answers += 1
    const begins = message.role === 'user' || message.role === 'system'
    const isGiven = message.role === 'assistant' && answers === 0
    if (begins || isGiven || place < skip) return []
    const shown = { speaksAsMessage, pending, stepId: steps[answers - 1]?.id }
    const parts = presentMessage(message, shown)
    const asked = parts.filter((part) => types === undefined || types.has(part.message_type))
    return [{ message, place, parts: asked }]
  })
}
