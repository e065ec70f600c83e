import { readDatabase } from './database.ts'

/* The database's content, read without the product: the harness must not take its word for anything. */

export interface RunRow {
  readonly row: number
  readonly id: string
  readonly agent_id: string
  readonly conversation_id: string
  readonly status: string
  readonly stop_reason: string | null
  readonly input: string
  readonly idempotency_key: string | null
  readonly created_at: string
  readonly completed_at: string | null
}

export interface MessageRow {
  readonly agent_id: string
  readonly seq: number
  readonly run_id: string | null
  readonly role: string
  readonly body: MessageBody
}

export interface MessageBody {
  readonly text: string
  readonly toolCalls?: readonly { readonly id: string; readonly name: string }[]
  readonly callId?: string
  readonly toolName?: string
  readonly status?: string
}

export interface VersionRow {
  readonly block_id: string
  readonly version: number
  readonly value: string
  readonly call_id: string | null
}

export interface Records {
  readonly runs: readonly RunRow[]
  /** By agent, in order. */
  readonly messages: readonly MessageRow[]
  readonly versions: readonly VersionRow[]
  readonly blocks: readonly {
    readonly id: string
    readonly agent_id: string
    readonly value: string
    readonly version: number
  }[]
  readonly passages: readonly { readonly id: string; readonly text: string }[]
  readonly leases: readonly { readonly conversation_id: string; readonly owner: string }[]
  readonly steps: readonly {
    readonly run_id: string
    readonly number: number
    readonly state: string
    readonly attempts: number
  }[]
  readonly calls: readonly {
    readonly id: string
    readonly name: string
    readonly arguments: string
    readonly state: string
    readonly status: string | null
  }[]
}

export function readRecords(url: string): Promise<Records> {
  return readDatabase(url, async (all) => ({
    runs: await all<RunRow>('SELECT * FROM run ORDER BY "row"'),
    messages: (
      await all<Omit<MessageRow, 'body'> & { readonly body: string }>(
        'SELECT agent_id, seq, run_id, role, body FROM message ORDER BY agent_id, seq',
      )
    ).map((message) => ({ ...message, body: JSON.parse(message.body) as MessageBody })),
    versions: await all('SELECT * FROM block_version ORDER BY block_id, version'),
    blocks: await all(
      'SELECT block.*, agent_id FROM block JOIN agent_block ON block_id = block.id ORDER BY id',
    ),
    passages: await all('SELECT id, text FROM passage'),
    leases: await all('SELECT conversation_id, owner FROM lease'),
    steps: await all('SELECT * FROM step ORDER BY run_id, number'),
    calls: await all('SELECT * FROM tool_call'),
  }))
}

const OPEN = `status IN ('queued', 'running', 'waiting', 'requires_approval')`

/** How many runs are not over. */
export function openRuns(url: string): Promise<number> {
  return readDatabase(url, async (all) => {
    const [row] = await all<{ readonly count: number }>(
      `SELECT count(*) AS count FROM run WHERE ${OPEN}`,
    )
    return row?.count ?? 0
  })
}
