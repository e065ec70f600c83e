import type { RunView } from '../../core/run.ts'
import { excerpt } from '../../core/text.ts'
import type { McpContext } from '../../service/context.ts'
import { type Person, Question } from './person.ts'
import { MOST_ROUNDS, type Round, writeRound } from './rounds.ts'

/** Nobody reads more before he decides; all of it is in `pending_approvals`. */
const LONGEST_ARGUMENTS = 600

/** Asks the person, where the client can, whether the agent may make the call that it waits with. */
export function askForApproval(
  { run, pendingApprovals }: RunView,
  person: Person | undefined,
  { asked, until }: Pick<Round, 'asked' | 'until'>,
): void {
  const [call] = pendingApprovals
  if (!call || !person || run.status !== 'requires_approval' || asked >= MOST_ROUNDS) return
  const args = excerpt(call.arguments, LONGEST_ARGUMENTS)
  const next = writeRound({ runId: run.id, asked: asked + 1, until })
  throw new Question(call.callId, `The agent wants to call ${call.toolName} with ${args}`, next)
}

/**
 * Hands on what the person said to the question of the call before. Undefined: he closed it without an answer, so the
 * run goes on waiting, and whoever called is to be told so rather than asked again.
 */
export async function passOnApproval(
  runId: string,
  context: McpContext,
  person: Person,
): Promise<RunView | undefined> {
  const view = await context.runs.get(runId)
  const [call] = view.pendingApprovals
  // Somebody else has answered meanwhile.
  if (!call) return view
  const approve = person.answerTo(call.callId)
  if (approve === undefined) return undefined
  return context.runs.respond(runId, { callId: call.callId, approve })
}
