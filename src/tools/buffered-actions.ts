import type { NewAgent } from '../core/agent-view.ts'
import type { Author, NewBlock } from '../core/block.ts'
import { type Timestamp, toTimestamp } from '../core/clock.ts'
import { UserError } from '../core/errors.ts'
import { type AgentId, newId, type RunId } from '../core/ids.ts'
import { addBlock, type CheckRoom, editBlock } from '../memory/blocks.ts'
import type { BlockEdit } from '../memory/edit-block.ts'
import { findAgent } from '../memory/find-agent.ts'
import { insertPassages, preparePassages } from '../memory/insert-passages.ts'
import type { Transaction } from '../storage/port/store.ts'

/** Operations of the server for a tool, in the transaction that stores the result of its call. */
export interface ServerActions {
  createAgent(tx: Transaction, id: AgentId, fields: NewAgent, at: Timestamp): Promise<void>
  /** Starts a run of that agent, which the run of the caller began. */
  sendMessage(
    tx: Transaction,
    message: { readonly id: RunId; readonly agentId: AgentId; readonly text: string },
    from: { readonly agentId: AgentId; readonly runId: RunId },
    at: Timestamp,
  ): Promise<void>
  readonly checkRoom: CheckRoom
}

export interface ActingCall {
  readonly author: Author
  /** The run that makes the call; undefined: a trial outside of any. */
  readonly from: { readonly agentId: AgentId; readonly runId: RunId } | undefined
  /** Start of the call, in milliseconds since 1970. */
  readonly now: number
}

/** Chosen by hand: a tool that does more in one call is a loop. */
const MAX_ACTIONS = 200

/** Notes what a tool's code wants done, and does it in its order, all or nothing. */
export class BufferedActions {
  readonly #server: ServerActions
  readonly #call: ActingCall
  readonly #actions: ((tx: Transaction) => Promise<void>)[] = []
  readonly #made = new Map<string, AgentId>()

  constructor(server: ServerActions, call: ActingCall) {
    this.#server = server
    this.#call = call
  }

  get isEmpty(): boolean {
    return this.#actions.length === 0
  }

  /** The agent of that id or name, if it is one that this call creates. */
  madeAgent(reference: string): AgentId | undefined {
    return this.#made.get(reference)
  }

  writeBlock(agentId: AgentId, block: NewBlock): void {
    const note = this.#note()
    this.#add(async (tx) => {
      const known = await tx.blocks.find(agentId, block.label)
      const written = known
        ? await editBlock(tx, agentId, block.label, { kind: 'write', value: block.value }, note)
        : await addBlock(tx, agentId, block, note)
      await this.#server.checkRoom(tx, written.id)
    })
  }

  editBlock(agentId: AgentId, label: string, edit: BlockEdit): void {
    const note = this.#note()
    this.#add(async (tx) => {
      const block = await editBlock(tx, agentId, label, edit, note)
      await this.#server.checkRoom(tx, block.id)
    })
  }

  insertPassage(agentId: AgentId, text: string, tags: readonly string[]): void {
    const at = toTimestamp(this.#call.now)
    const passages = preparePassages([text], { tags }, this.#call.now)
    this.#add(async (tx) => {
      await insertPassages(tx, await findAgent(tx.agents, agentId), passages, {}, at)
    })
  }

  createAgent(fields: NewAgent): AgentId {
    const id = newId('agent')
    this.#add((tx) => this.#server.createAgent(tx, id, fields, toTimestamp(this.#call.now)))
    this.#made.set(id, id)
    if (fields.name !== undefined) this.#made.set(fields.name, id)
    return id
  }

  sendMessage(agentId: AgentId, text: string): RunId {
    const { from, now } = this.#call
    if (!from) {
      throw new UserError(
        'unsupported',
        'Outside of a run of an agent a tool sends no messages. Attach it to an agent and let that call it.',
      )
    }
    const id = newId('run')
    this.#add((tx) => this.#server.sendMessage(tx, { id, agentId, text }, from, toTimestamp(now)))
    return id
  }

  async apply(tx: Transaction): Promise<void> {
    for (const action of this.#actions) await action(tx)
  }

  #note() {
    return { author: this.#call.author, at: toTimestamp(this.#call.now) }
  }

  #add(action: (tx: Transaction) => Promise<void>): void {
    if (this.#actions.length >= MAX_ACTIONS) {
      throw new UserError(
        'limit_exceeded',
        `One call of a tool changes at most ${MAX_ACTIONS} things.`,
      )
    }
    this.#actions.push(action)
  }
}
