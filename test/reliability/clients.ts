import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { CallResult } from '../support/connect.ts'
import { BLOCK, messageText } from '../support/reliability-model.ts'
import { type Cluster, type Server, until, within } from './harness.ts'

/* Clients that give up on nobody: they ask again, elsewhere, until they have been answered. */

/** After this time a client asks another process, since a stopped one never answers. */
const PATIENCE_MILLISECONDS = 4_000
const DELIVERY_MILLISECONDS = 90_000
const NOTES_LIMIT = 500_000

/** A message that was acknowledged. */
export interface Delivered {
  readonly id: string
  readonly agentId: string
  readonly text: string
  readonly runId: string
  /** Every run id that was ever answered for its key. */
  readonly answers: readonly string[]
  /** Somebody asked for its end, which may have come too late. */
  readonly cancelled: boolean
  /** The client that sent it; of one client, messages are sent one after the other. */
  readonly client: string
}

let counter = 0

/** A word of its own for the keyword index, and in nothing else a part of another. */
export function newToken(): string {
  counter += 1
  return `${randomBytes(3).toString('hex')}x${counter.toString(36)}z`
}

export async function createAgent(cluster: Cluster, server: Server): Promise<string> {
  const result = await call(cluster, server, 'create_agent', {
    blocks: [{ label: BLOCK, value: 'Notes:', limit: NOTES_LIMIT }],
  })
  return String(result.data.agent.id)
}

/** One call, that fails if the server does. */
export async function call(
  cluster: Cluster,
  server: Server,
  tool: string,
  args: object,
  patience = PATIENCE_MILLISECONDS,
): Promise<CallResult> {
  const connection = await within(cluster.connection(server), patience, 'no connection')
  return connection.call(tool, args, { timeout: patience })
}

/** Calls any server that answers. */
export async function callAny(
  cluster: Cluster,
  tool: string,
  args: object,
  accept: (result: CallResult) => boolean = (result) => !result.isError,
  first?: Server,
): Promise<CallResult> {
  return until(
    async () => {
      const servers = cluster.servers()
      const server =
        first && servers.includes(first)
          ? first
          : servers[Math.floor(Math.random() * servers.length)]
      const result = server && (await call(cluster, server, tool, args).catch(() => undefined))
      return result && accept(result) ? result : undefined
    },
    DELIVERY_MILLISECONDS,
    `an answer to ${tool}`,
  )
}

export interface DeliverOptions {
  readonly id?: string
  readonly client?: string
  /** Sends it a second time. */
  readonly again?: boolean
  /** Cancels it once it is acknowledged. */
  readonly cancel?: boolean
  readonly waitSeconds?: number
  /** Asked for as long as it lives. */
  readonly first?: Server
  /** How slow the model is: see `messageText`. */
  readonly slow?: number
  readonly hangs?: boolean
}

/** Sends one message, with a key, until it is acknowledged; now and then again after that. */
export async function deliver(
  cluster: Cluster,
  agentId: string,
  options: DeliverOptions = {},
): Promise<Delivered> {
  const {
    client = 'only',
    again = false,
    cancel = false,
    id = newToken(),
    waitSeconds,
    first,
    ...how
  } = options
  const text = messageText(id, how)
  const send = async () => {
    const message = { agent: agentId, message: text, idempotency_key: `key-${id}` }
    const wait = waitSeconds ?? (Math.random() < 0.5 ? 0 : 1)
    const { data } = await callAny(
      cluster,
      'send_message',
      { ...message, wait_seconds: wait },
      // A run that failed is an error and an acknowledgement all the same.
      (result) => typeof result.data?.run_id === 'string',
      first,
    )
    return String(data.run_id)
  }
  const answers = [await send()]
  if (again) answers.push(await send())
  const [runId = ''] = answers
  if (cancel) await callAny(cluster, 'cancel_run', { run_id: runId })
  return { id, agentId, text, client, runId, answers, cancelled: cancel }
}

/** Sends messages, one after the other, until `stopped`, or `most` of them. */
export async function keepSending(
  cluster: Cluster,
  agentId: string,
  client: string,
  { stopped, most }: { readonly stopped: () => boolean; readonly most: number },
): Promise<readonly Delivered[]> {
  const delivered: Delivered[] = []
  while (!stopped() && delivered.length < most) {
    const again = Math.random() < 0.2
    const cancel = Math.random() < 0.1
    delivered.push(await deliver(cluster, agentId, { client, again, cancel }))
    await sleep(Math.random() * 150)
  }
  return delivered
}
