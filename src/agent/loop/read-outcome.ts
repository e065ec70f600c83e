import type { RunId } from '../../core/ids.ts'
import { spokenText } from '../../core/message.ts'
import type { Transaction } from '../../storage/port/store.ts'
import { outcomeOf } from '../../teams/outcome.ts'

/** The outcome of a run as text for another agent. */
export async function readOutcome(
  tx: Pick<Transaction, 'agents' | 'messages' | 'runs'>,
  id: RunId,
) {
  const run = await tx.runs.get(id)
  if (!run) return undefined
  const said = (await tx.messages.ofRun(id)).flatMap((message) =>
    message.role === 'assistant' ? [spokenText(message)] : [],
  )
  const name = (await tx.agents.get(run.agentId))?.name ?? run.agentId
  return outcomeOf(run, name, said.filter((text) => text !== '').join('\n'))
}
