import { UserError } from '../../core/errors.ts'
import { isId, type RunId } from '../../core/ids.ts'
import type { Run } from '../../core/run.ts'
import type { Step } from '../../core/step.ts'
import type { Walk } from '../../core/walk.ts'
import { findAgent } from '../../memory/find-agent.ts'
import type { Store } from '../../storage/port/store.ts'
import { findRun } from '../inbox/find-run.ts'

interface RunWalk extends Walk {
  readonly agent?: string | undefined
  readonly isOpen?: boolean | undefined
}

interface StepWalk extends Walk {
  readonly agent?: string | undefined
  readonly runId?: string | undefined
}

/** Runs and their steps as lists that are walked by ids. */
export function createRunWalks(store: Store) {
  const agentIdOf = async (agent: string | undefined) =>
    agent === undefined ? undefined : (await findAgent(store.agents, agent)).id

  async function findStep(stepId: string): Promise<Step> {
    const step = isId('step', stepId) ? await store.walks.step(stepId) : undefined
    if (step) return step
    throw new UserError('not_found', `There is no step ${stepId}.`)
  }

  return {
    async walk({ agent, ...walk }: RunWalk): Promise<readonly Run[]> {
      return store.walks.runs({ ...walk, agentId: await agentIdOf(agent) })
    },

    async steps({ agent, runId, ...walk }: StepWalk): Promise<readonly Step[]> {
      const id: RunId | undefined =
        runId === undefined ? undefined : (await findRun(store, runId)).id
      return store.walks.steps({ ...walk, runId: id, agentId: await agentIdOf(agent) })
    },

    step: findStep,

    async rateStep(stepId: string, feedback: string | null): Promise<Step> {
      const { id } = await findStep(stepId)
      await store.transaction((tx) => tx.runs.rateStep(id, feedback))
      return findStep(id)
    },
  }
}
