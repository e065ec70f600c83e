import { inputRequired } from '@modelcontextprotocol/server'
import type { RunView } from '../../core/run.ts'
import { waitsForClient } from '../../core/run.ts'
import type { McpContext } from '../../service/context.ts'
import { type CallingClient, InputNeeded } from './client-input.ts'
import { MAX_SAMPLING_ROUNDS, type Round, writeRound } from './rounds.ts'
import { reasonOf } from './unanswered.ts'

const KEY = 'model'

/** Asks the client's model for the step that the run waits for, within the limit of rounds per call. */
export async function askModel(
  { run }: RunView,
  context: McpContext,
  client: CallingClient | undefined,
  { asked, until }: Pick<Round, 'asked' | 'until'>,
): Promise<void> {
  if (!waitsForClient(run) || !client?.takes('sampling')) return
  if (asked >= MAX_SAMPLING_ROUNDS || Date.now() >= until) return
  const ask = await context.runs.askClient(run.id, { tools: client.takes('sampling.tools') })
  if (!ask) return
  const next: Round = { runId: run.id, ask: ask.id, asked: asked + 1, until }
  throw new InputNeeded({ [KEY]: inputRequired.createMessage(ask.params) }, writeRound(next))
}

export interface Brought {
  readonly view: RunView
  /** Why the answer was not used; absent if the run goes on with it. */
  readonly problem?: string
}

/** Passes the answer of the client's model to the run. */
export async function bringAnswer(
  runId: Round['runId'],
  ask: string,
  context: McpContext,
  client: CallingClient,
): Promise<Brought> {
  const answer = client.answer(KEY)
  const reason = reasonOf(answer)
  if (reason === undefined) return context.runs.answerClient(runId, ask, answer)
  const problem = `The client gave no answer of its model (${reason}); nothing was changed by that.`
  return { view: await context.runs.get(runId), problem }
}
