import { UserError } from '../../core/errors.ts'
import type { AgentModel, AskingAgent, ChatModel } from '../model.ts'

/** The default model, or the rehearsal with the reason. */
export interface Choice {
  readonly model: ChatModel
  readonly reason: string
  /** Set if the rehearsal is used for lack of a model: the settings that are missing, in sentences. */
  readonly missing?: string
}

export interface Models {
  /** Throws a UserError `model_unavailable` if its provider's key is not set. */
  named(handle: string): ChatModel
  choose(): Promise<Choice>
}

/**
 * Follows the contract: an agent that has run on a real model waits for one. Any other agent may be answered by the
 * default model instead of the one it names, or by the rehearsal; the reply says so in both cases.
 */
export async function modelForAgent(
  { model: handle, ranOn }: AskingAgent,
  { named, choose }: Models,
): Promise<AgentModel> {
  const own = handle === null ? undefined : openedOrWhy(() => named(handle))
  if (own && !(own instanceof UserError)) return { kind: 'model', model: own }
  const choice = await choose().catch((error: unknown) => unavailable(error))
  // One that the default model has answered goes on with it.
  const isAnswered = !(choice instanceof UserError) && choice.model.handle === ranOn
  if (own && ranOn !== null && !isAnswered)
    return { kind: 'missing', problem: waitsFor(ranOn, own.message) }
  if (choice instanceof UserError) {
    if (ranOn === null) throw choice
    return { kind: 'missing', problem: waitsFor(ranOn, choice.message) }
  }
  if (ranOn !== null && choice.missing !== undefined) {
    return { kind: 'missing', problem: waitsFor(ranOn, choice.missing) }
  }
  if (!own) return { kind: 'model', model: choice.model }
  const warning = `${own.message} ${choice.model.handle} answered in its place.`
  const { warnings } = choice.model
  return { kind: 'model', model: { ...choice.model, warnings: [warning, ...warnings] } }
}

function waitsFor(ranOn: string, problem: string): string {
  return `The agent has run on ${ranOn}, so the rehearsal does not answer for it. ${problem}`
}

/** A provider that is unknown here is like one without a key: imported agents may name it. */
function openedOrWhy(open: () => ChatModel): ChatModel | UserError {
  try {
    return open()
  } catch (error) {
    if (error instanceof UserError) return error
    throw error
  }
}

function unavailable(error: unknown): UserError {
  if (error instanceof UserError && error.code === 'model_unavailable') return error
  throw error
}
