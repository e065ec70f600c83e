import type { RunView } from '../../core/run.ts'
import { excerpt } from '../../core/text.ts'
import type { McpContext } from '../../service/context.ts'
import { type Person, Question } from './person.ts'
import { MAX_ROUNDS, type Round, writeRound } from './rounds.ts'

/** Longer arguments are cut in the question; all of them are in `pending_approvals`. Chosen by hand. */
const MAX_ARGUMENT_CHARACTERS = 600

/** Asks the person, if the client supports elicitation, whether the agent may make the pending tool call. */
export function askForApproval(
  { run, pendingApprovals }: RunView,
  person: Person | undefined,
  { asked, until }: Pick<Round, 'asked' | 'until'>,
): void {
  const [call] = pendingApprovals
  if (!call || !person || run.status !== 'requires_approval' || asked >= MAX_ROUNDS) return
  const args = excerpt(call.arguments, MAX_ARGUMENT_CHARACTERS)
  const next = writeRound({ runId: run.id, asked: asked + 1, until })
  throw new Question(call.callId, `The agent wants to call ${call.toolName} with ${args}`, next)
}

/**
 * Passes on the person's answer to the question of the previous call. Returns undefined if the person closed the
 * question without an answer: the run keeps waiting, and the caller is told so instead of being asked again.
 */
export async function passOnApproval(
  runId: string,
  context: McpContext,
  person: Person,
): Promise<RunView | undefined> {
  const view = await context.runs.get(runId)
  const [call] = view.pendingApprovals
  // Somebody else has answered in the meantime.
  if (!call) return view
  const approve = person.answerTo(call.callId)
  if (approve === undefined) return undefined
  return context.runs.respond(runId, { callId: call.callId, approve })
}
