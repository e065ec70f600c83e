import { randomUUID } from 'node:crypto'
import type { RunId } from '../../core/ids.ts'
import { spokenText } from '../../core/message.ts'
import { type Run, waitsForClient } from '../../core/run.ts'
import type { ModelRequest, ModelWords } from '../../llm/model.ts'
import type { Reads, Store } from '../../storage/port/store.ts'
import { compileContext } from '../context/compile-context.ts'
import { mayOnlySpeak } from '../step/decide.ts'
import { readStep } from '../step/read-step.ts'

/** What the model of a client is asked, under a name that its answer has to quote. */
export interface ClientAsk {
  readonly id: string
  readonly request: ModelRequest
}

/**
 * What the run's step asks the model. Whoever asks shuts out those who asked before him, so that of several clients one
 * works, and of an answer that comes twice, or late, one counts. Undefined: the run does not wait for a client (any more).
 */
export async function askClient(
  store: Store,
  id: RunId,
  now: number,
): Promise<ClientAsk | undefined> {
  const found = await store.snapshot(async (reads) => {
    const run = await reads.runs.get(id)
    if (!run || !waitsForClient(run)) return undefined
    const agent = await reads.agents.get(run.agentId)
    const step = await reads.runs.currentStep(id)
    if (!agent || step?.state !== 'model') return undefined
    return { step, context: await readStep(reads, agent, run, step.number, now) }
  })
  if (!found) return undefined
  const ask = randomUUID()
  const isAsked = await store.transaction(async (tx) => {
    // Between the two somebody else may have brought the answer to this step; from here on nobody does.
    await tx.runs.get(id)
    const current = await tx.runs.currentStep(id)
    return current?.id === found.step.id && (await tx.runs.askClient(id, ask))
  })
  return isAsked ? { id: ask, request: compileContext(found.context).request } : undefined
}

/** Neither a word nor a call is an end only for an agent that has spoken; else whoever asked would wait for nothing. */
export async function isMissing(reads: Reads, run: Run, words: ModelWords): Promise<boolean> {
  if (words.text.trim() !== '' || words.toolCalls.length > 0 || words.finish !== 'stop')
    return false
  const step = await reads.runs.currentStep(run.id)
  if (step && mayOnlySpeak(step.number, run.maxSteps)) return false
  const messages = await reads.messages.ofRun(run.id)
  return !messages.some((message) => message.role === 'assistant' && spokenText(message) !== '')
}
