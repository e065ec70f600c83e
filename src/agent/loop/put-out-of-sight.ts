import type { ModelFailure } from '../../llm/model.ts'
import { refuseRun } from './finish-run.ts'
import { type HeldRun, held } from './held.ts'

const KEPT =
  'The message stays in recall memory, and no model is shown it again; the next message is answered as if it had not been sent.'
const EMPTIED =
  'The turn before was refused, too, so what was said earlier was put out of sight as well. If this goes on, look for the cause in the memory blocks.'

/**
 * Ends a run whose request a provider's filter refused. If the turn before was refused as well, the cause may be
 * further up, so the whole history leaves the context. One refused message never makes an agent unusable.
 */
export async function putOutOfSight(run: HeldRun, { message }: ModelFailure): Promise<void> {
  await held(run, async (tx, at) => {
    const [first] = await tx.messages.ofRun(run.id)
    const isSecond =
      first !== undefined && (await tx.messages.isHiddenBefore(run.conversationId, first.seq))
    await refuseRun(tx, run, `${message} ${isSecond ? EMPTIED : KEPT}`, at)
    if (!isSecond) return
    const from = (await tx.messages.last(run.agentId)) + 1
    const state = { from, summariesFrom: from, pressureTold: false }
    await tx.conversations.setContext(run.conversationId, state, at)
  })
}
