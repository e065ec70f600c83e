import { randomUUID } from 'node:crypto'
import type { RunId } from '../../core/ids.ts'
import { spokenText } from '../../core/message.ts'
import { type Run, waitsForClient } from '../../core/run.ts'
import type { ModelRequest, ModelWords } from '../../llm/model.ts'
import type { Reads, Store } from '../../storage/port/store.ts'
import { compileContext } from '../context/compile-context.ts'
import { withPictureData } from '../context/load-pictures.ts'
import { mayOnlySpeak } from '../step/decide.ts'
import { readStep } from '../step/read-step.ts'
import type { ToolRegistry } from '../tools/tool-registry.ts'

/** A request for a client's model, with an id that the answer must quote. */
export interface ClientAsk {
  readonly id: string
  readonly request: ModelRequest
}

/**
 * The model request of the run's step. Each call invalidates earlier ones, so that of several clients only one works,
 * and a late or repeated answer does not count. Undefined: the run does not (or no longer) wait for a client.
 */
export async function askClient(
  store: Store,
  registry: ToolRegistry,
  id: RunId,
  now: number,
): Promise<ClientAsk | undefined> {
  const found = await store.snapshot(async (reads) => {
    const run = await reads.runs.get(id)
    if (!run || !waitsForClient(run)) return undefined
    const agent = await reads.agents.get(run.agentId)
    const step = await reads.runs.currentStep(id)
    if (!agent || step?.state !== 'model') return undefined
    return { step, context: await readStep(reads, registry, agent, run, step.number, now) }
  })
  if (!found) return undefined
  const ask = randomUUID()
  const isAsked = await store.transaction(async (tx) => {
    // Another client may have answered this step in the meantime; from here on none can.
    await tx.runs.get(id)
    const current = await tx.runs.currentStep(id)
    return current?.id === found.step.id && (await tx.runs.askClient(id, ask))
  })
  if (!isAsked) return undefined
  const { request } = compileContext(found.context)
  return { id: ask, request: await withPictureData(store, found.context.agent.id, request) }
}

/** An answer without words and calls is valid only if the agent has spoken; otherwise the sender would wait in vain. */
export async function isMissing(reads: Reads, run: Run, words: ModelWords): Promise<boolean> {
  if (words.text.trim() !== '' || words.toolCalls.length > 0 || words.finish !== 'stop')
    return false
  const step = await reads.runs.currentStep(run.id)
  if (step && mayOnlySpeak(step.number, run.maxSteps)) return false
  const messages = await reads.messages.ofRun(run.id)
  return !messages.some((message) => message.role === 'assistant' && spokenText(message) !== '')
}
