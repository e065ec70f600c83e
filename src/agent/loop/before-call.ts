import type { Agent } from '../../core/agent.ts'
import type { StepCall } from '../../storage/port/store.ts'
import { refusalOf } from '../rules/render-tool-rules.ts'
import { judge } from '../rules/tool-rules.ts'
import { readCalls } from '../step/read-calls.ts'
import { appendToolResult } from './append-tool-result.ts'
import { type HeldRun, held } from './held.ts'

/**
 * Why a call is not made, as the text of its result: a person denied it, or the rules exclude it after the earlier
 * calls of the same answer. A call that was already started is not judged again, since it may have taken effect.
 */
export async function whyNotMade(
  run: HeldRun,
  call: StepCall,
  agent: Agent,
  speakNow: boolean,
): Promise<string | undefined> {
  if (call.state !== 'planned') return undefined
  if (call.approval === 'denied') return denial(call.approvalReason ?? '')
  // The final answer to the user is allowed whatever the rules say.
  if (speakNow || agent.toolRules.length === 0) return undefined
  const made = await readCalls(run.store, agent, run.id)
  return refusalOf(judge(agent.toolRules, agent.tools, made), call.name)
}

function denial(reason: string): string {
  const why = reason.trim() === '' ? 'gave no reason' : `said: ${reason}`
  return `The call was not run: the person who was asked for approval denied it and ${why}. Do not make it again unless you are told to.`
}

/** Answers the call with `text`; it counts as never run. */
export async function refuseCall(run: HeldRun, call: StepCall, text: string): Promise<void> {
  await held(run, async (tx, at) => {
    if (!(await tx.runs.refuseCall(call.id))) return
    await appendToolResult(tx, run, call, { status: 'error', text }, at)
  })
}
