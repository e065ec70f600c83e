import type { Agent } from '../../core/agent.ts'
import { newId } from '../../core/ids.ts'
import { cleanText } from '../../core/text.ts'
import type { StepCall } from '../../storage/port/store.ts'
import { messageTokens } from '../context/message-tokens.ts'
import { refusalOf } from '../rules/render-tool-rules.ts'
import { judge } from '../rules/tool-rules.ts'
import { readCalls } from '../step/read-calls.ts'
import { type HeldRun, held } from './held.ts'

/**
 * Why a call is not made, as its result: a person denied it, or the rules exclude it after what the calls before it in
 * the same answer have done. One that was begun already is not judged again: it may have taken effect.
 */
export async function whyNotMade(
  run: HeldRun,
  call: StepCall,
  agent: Agent,
  speakNow: boolean,
): Promise<string | undefined> {
  if (call.state !== 'planned') return undefined
  if (call.approval === 'denied') return denial(call.approvalReason ?? '')
  // The answer to the user is owed whatever the rules say.
  if (speakNow || agent.toolRules.length === 0) return undefined
  const made = await readCalls(run.store, agent, run.id)
  return refusalOf(judge(agent.toolRules, agent.tools, made), call.name)
}

function denial(reason: string): string {
  const why = reason.trim() === '' ? 'gave no reason' : `said: ${reason}`
  return `The call was not run: the person who was asked for approval denied it and ${why}. Do not make it again unless you are told to.`
}

/** The call is answered with `text` and counts as never run. */
export async function refuseCall(run: HeldRun, call: StepCall, text: string): Promise<void> {
  await held(run, async (tx, at) => {
    if (!(await tx.runs.refuseCall(call.id))) return
    const body = {
      role: 'tool',
      callId: call.id,
      toolName: call.name,
      status: 'error',
      text: cleanText(text),
    } as const
    await tx.messages.append(run.agentId, [
      { id: newId('message'), runId: run.id, tokens: messageTokens(body), createdAt: at, body },
    ])
  })
}
