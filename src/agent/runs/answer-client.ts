import { toTimestamp } from '../../core/clock.ts'
import type { RunId } from '../../core/ids.ts'
import type { RunView } from '../../core/run.ts'
import type { ModelWords, ToolSpec } from '../../llm/model.ts'
import { findRun } from '../inbox/find-run.ts'
import { storeWords } from '../loop/client-answer.ts'
import { toolSpecs } from '../tools/tool-specs.ts'
import { isMissing } from './ask-client.ts'
import type { RunsOptions } from './runs-options.ts'
import { viewRun } from './view-run.ts'

/** The effect of an answer from a client. */
export interface ClientAnswered {
  readonly view: RunView
  /** Why the answer changed nothing; absent: the run goes on with it. */
  readonly problem?: string
}

/** A client's answer after parsing. */
export type ReadAnswer =
  | { readonly kind: 'words'; readonly words: ModelWords }
  | { readonly kind: 'invalid'; readonly problem: string }

const EMPTY = 'it is empty'
const STALE =
  'The answer that this call brought came too late and changed nothing: the run has gone on, has ended, or was taken up by another call.'

/** Stores the answer of a client's model. `read` parses it, given the agent's tools. */
export async function answerClient(
  { store, registry, clock, owner, wake }: RunsOptions,
  id: RunId,
  ask: string,
  read: (tools: readonly ToolSpec[]) => ReadAnswer,
): Promise<ClientAnswered> {
  const run = await findRun(store, id)
  const agent = await store.agents.get(run.agentId)
  const answer = read(agent ? toolSpecs(agent.agentType, await registry.ofAgent(store, agent)) : [])
  const isEmpty = answer.kind === 'words' && (await isMissing(store, run, answer.words))
  const problem = answer.kind === 'invalid' ? answer.problem : isEmpty ? EMPTY : undefined
  if (answer.kind === 'invalid' || problem !== undefined) {
    return {
      view: await viewRun(store, run.id),
      problem: `The answer of the client's model can't be used: ${problem}.`,
    }
  }
  const at = toTimestamp(clock())
  const brought = { ask, answer: storeWords(answer.words), acceptedBy: owner }
  const isTaken = await store.transaction((tx) => tx.runs.answerAsk(id, brought, at))
  wake()
  const now = await viewRun(store, id)
  return isTaken ? { view: now } : { view: now, problem: STALE }
}
