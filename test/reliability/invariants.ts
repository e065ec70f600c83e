import { existsSync, readFileSync } from 'node:fs'
import { factOf, notesOf, replyTo } from '../support/reliability-model.ts'
import { checkDatabase } from './check-database.ts'
import type { Delivered } from './clients.ts'
import { isPostgres } from './database.ts'
import { LEASE_MILLISECONDS } from './harness.ts'
import { type MessageRow, type Records, type RunRow, readRecords } from './records.ts'

/* Invariants of the database once every run is over, whatever was killed meanwhile. */

export interface Expected {
  readonly database: string
  readonly trace: string
  readonly delivered: readonly Delivered[]
  readonly kills: readonly number[]
  /** Runs that were cancelled, or failed because they were meant to. */
  readonly excused?: readonly string[]
}

/** One sentence for each violation; none: all is well. */
export async function findViolations(expected: Expected): Promise<readonly string[]> {
  const records = await readRecords(expected.database)
  return [
    ...messagesOnce(records, expected),
    ...runsSettled(records, expected),
    ...history(records),
    ...order(records, expected),
    ...editsOnce(records, expected),
    ...fences(readTrace(expected.trace)),
    ...(isPostgres(expected.database) ? [] : lapses(readTrace(expected.trace))),
    ...(await checkDatabase(expected.database)),
  ]
}

/** Every acknowledged message is one run and once in the history, and nothing else is. */
function messagesOnce({ runs, messages }: Records, { delivered }: Expected): readonly string[] {
  const violations: string[] = []
  const users = messages.filter(({ role }) => role === 'user')
  for (const { id, text, runId, answers } of delivered) {
    const own = runs.filter(({ input }) => input === text)
    if (own.length !== 1) violations.push(`message ${id}: ${own.length} runs`)
    if (own[0]?.id !== runId)
      violations.push(`message ${id}: acknowledged run is not the stored one`)
    if (new Set(answers).size !== 1) violations.push(`message ${id}: its key gave several runs`)
    const times = users.filter(({ body }) => body.text === text).length
    if (times !== 1) violations.push(`message ${id}: ${times} times in the history`)
  }
  if (runs.length !== delivered.length) {
    violations.push(`${runs.length} runs for ${delivered.length} messages`)
  }
  return violations
}

/**
 * A step that was begun more than three times fails its run. Only so many kills can bring that about, or leases that ran
 * out because a server was stopped, or had no processor for as long as a lease: the trace tells of each.
 */
const LOSSES_TO_INTERRUPT = 3

function runsSettled(
  { runs, steps, calls, leases, messages }: Records,
  { kills, trace, excused = [] }: Expected,
): readonly string[] {
  const violations: string[] = []
  const lapsed = readTrace(trace).filter(({ kind }) => kind === 'expire')
  for (const run of runs) {
    const { id, status } = run
    if (status === 'completed') {
      const spoke = messages.filter(
        ({ run_id, body }) =>
          run_id === id && body.toolCalls?.some(({ name }) => name === 'send_message'),
      )
      if (spoke.length !== 1) violations.push(`run ${id}: the agent spoke ${spoke.length} times`)
      if (run.stop_reason !== 'end_turn') violations.push(`run ${id}: ${run.stop_reason}`)
    } else if (status === 'failed' && run.stop_reason === 'interrupted') {
      const during = kills.filter((at) => wasOpenAt(run, at)).length
      const lost = lapsed.filter(
        ({ agent, at }) => agent === run.conversation_id && wasOpenAt(run, at),
      )
      if (during + lost.length < LOSSES_TO_INTERRUPT) {
        violations.push(`run ${id}: interrupted by ${during} kills and ${lost.length} lost leases`)
      }
    } else if (!excused.includes(id)) {
      violations.push(`run ${id}: ${status} ${run.stop_reason}`)
    }
    const own = steps.filter(({ run_id }) => run_id === id)
    own.forEach(({ number, state }, index) => {
      if (number !== index + 1) violations.push(`run ${id}: step ${number} is number ${index + 1}`)
      if (state !== 'done') violations.push(`run ${id}: step ${number} was left in ${state}`)
    })
  }
  for (const { id, state } of calls) {
    if (state !== 'done') violations.push(`call ${id}: left ${state}`)
  }
  for (const { conversation_id, owner } of leases) {
    if (owner !== '') violations.push(`lease of ${conversation_id}: still held by ${owner}`)
  }
  return violations
}

function wasOpenAt({ created_at, completed_at }: RunRow, at: number): boolean {
  return at >= Date.parse(created_at) && (completed_at === null || at <= Date.parse(completed_at))
}

/** Numbers without gaps; the results of an answer's calls right after it, one each, in order. */
function history({ messages }: Records): readonly string[] {
  const violations: string[] = []
  for (const own of byAgent(messages).values()) {
    const agent = own[0]?.agent_id
    own.forEach(({ seq }, index) => {
      if (seq !== index + 1) violations.push(`${agent}: message ${index + 1} has number ${seq}`)
    })
    const results = own.filter(({ role }) => role === 'tool').length
    let wanted = 0
    own.forEach(({ role, seq, run_id, body }, index) => {
      if (role !== 'assistant') return
      const ids = (body.toolCalls ?? []).map(({ id }) => id)
      wanted += ids.length
      const next = own.slice(index + 1, index + 1 + ids.length)
      const found = next.map((message) => (message.role === 'tool' ? message.body.callId : ''))
      if (found.join() !== ids.join()) {
        violations.push(`${agent}: the calls of message ${seq} are not followed by their results`)
      }
      if (next.some((message) => message.run_id !== run_id)) {
        violations.push(`${agent}: the results of message ${seq} are of another run`)
      }
    })
    if (results !== wanted) violations.push(`${agent}: ${wanted} calls, ${results} results`)
  }
  return violations
}

/** One run after the other, in the order in which they were accepted and in which each client sent them. */
function order({ runs, messages }: Records, { delivered }: Expected): readonly string[] {
  const violations: string[] = []
  const rows = new Map(runs.map(({ id, row }) => [id, row]))
  for (const [agent, own] of byAgent(messages)) {
    const turns = own
      .map(({ run_id }) => run_id ?? '')
      .filter((id, index, all) => id !== all[index - 1])
    if (new Set(turns).size !== turns.length) violations.push(`${agent}: runs interleave`)
    const accepted = turns.map((id) => rows.get(id) ?? 0)
    if (!isAscending(accepted)) violations.push(`${agent}: runs are not in order of acceptance`)
  }
  const clients = new Map<string, Delivered[]>()
  for (const message of delivered) {
    const key = `${message.agentId} ${message.client}`
    clients.set(key, [...(clients.get(key) ?? []), message])
  }
  for (const [client, sent] of clients) {
    if (!isAscending(sent.map(({ runId }) => rows.get(runId) ?? 0))) {
      violations.push(`${client}: messages are not in the order in which they were sent`)
    }
  }
  return violations
}

/** Every edit that a result reports was made exactly once. */
function editsOnce(
  { messages, versions, blocks, passages, calls }: Records,
  { delivered }: Expected,
): readonly string[] {
  const violations: string[] = []
  const written = new Map(calls.map((call) => [call.id, call.arguments]))
  const done = messages.filter(({ body }) => body.status === 'success')
  const reported = (tool: string, word: string) =>
    done.filter(
      ({ body }) =>
        body.toolName === tool && written.get(body.callId ?? '')?.includes(word) === true,
    )
  for (const { id, agentId } of delivered) {
    const block = blocks.find(
      ({ agent_id, value }) => agent_id === agentId && value.startsWith('Notes:'),
    )
    for (const note of notesOf(id)) {
      const results = reported('core_memory_append', note).length
      const times = block ? block.value.split(note).length - 1 : -1
      if (results > 1 || times !== results) {
        violations.push(`${note}: ${times} times in the block, ${results} results say so`)
      }
      const made = versions.filter(
        ({ value, block_id, version }, index) =>
          block_id === block?.id &&
          value.includes(note) &&
          !(version > 1 && versions[index - 1]?.value.includes(note)),
      )
      if (made.length !== results) violations.push(`${note}: put in by ${made.length} versions`)
    }
    const results = reported('archival_memory_insert', factOf(id))
    const stored = passages.filter(({ text }) => text === factOf(id))
    if (stored.length !== results.length || results.length > 1) {
      violations.push(`fact ${id}: ${stored.length} passages, ${results.length} results say so`)
    }
    for (const { body } of results) {
      // A note about similar passages may follow.
      if (body.text?.startsWith(`Stored as ${stored[0]?.id}.`) !== true)
        violations.push(`fact ${id}: ${body.text}`)
    }
  }
  const byCall = versions.flatMap(({ call_id }) => call_id ?? [])
  if (new Set(byCall).size !== byCall.length) violations.push('a call made several versions')
  for (const { id, value, version } of blocks) {
    const own = versions.filter(({ block_id }) => block_id === id)
    if (own.length !== version) violations.push(`${id}: ${own.length} rows for ${version} versions`)
    if (own.at(-1)?.value !== value) violations.push(`${id}: differs from its newest version`)
  }
  return violations
}

interface Traced {
  readonly agent: string
  readonly fence: number
  readonly kind: string
  /** In milliseconds since 1970. */
  readonly at: number
}

function readTrace(trace: string): readonly Traced[] {
  const lines = existsSync(trace) ? readFileSync(trace, 'utf8').split('\n') : []
  const all = lines
    .filter((line) => line !== '')
    .map((line) => {
      const [agent = '', fence, kind = '', writer = '', at] = line.split(' ')
      return { agent, fence: Number(fence), kind, writer, at: Number(at) }
    })
  // A connection that was ended between the line and the commit has written nothing, and holds no lock.
  const undone = new Set(all.filter(({ kind }) => kind === 'undone').map(({ writer }) => writer))
  return all.filter(({ writer }) => !undone.has(writer))
}

/** Once somebody has written with a higher fence, nobody may with a lower. */
function fences(trace: readonly Traced[]): readonly string[] {
  const violations: string[] = []
  const highest = new Map<string, number>()
  for (const { agent, fence, kind } of trace) {
    // The process that saw it run out notes it after the commit.
    if (kind === 'expire') continue
    const before = highest.get(agent) ?? 0
    if (fence < before) {
      violations.push(`${agent}: "${kind}" was written with fence ${fence} after ${before}`)
    }
    highest.set(agent, Math.max(before, fence))
  }
  return violations
}

/** A lease was ended only when its owner had written nothing for as long as it lasts. */
function lapses(trace: readonly Traced[]): readonly string[] {
  return trace.flatMap((ended) => {
    if (ended.kind !== 'expire') return []
    const { agent, fence, at } = ended
    const last = trace
      .filter((one) => one.kind !== 'expire' && one.agent === agent && one.fence === fence)
      .reduce((latest, one) => Math.max(latest, one.at), 0)
    // Some milliseconds lie between a commit and its line.
    if (at - last >= 0.9 * LEASE_MILLISECONDS) return []
    return [`${agent}: the lease ${fence} was ended ${at - last} ms after its owner wrote`]
  })
}

/** Through MCP, of any server: what `get_run` shows of a message. */
export function runViolations(
  { id, runId }: Delivered,
  run: { readonly status?: string; readonly reply?: string; readonly stop_reason?: string },
): readonly string[] {
  const fine =
    run.status === 'completed'
      ? run.reply === replyTo(id)
      : run.status === 'failed' && run.stop_reason === 'interrupted'
  return fine ? [] : [`get_run of ${runId} says ${run.status}: ${run.reply}`]
}

function byAgent(messages: readonly MessageRow[]): ReadonlyMap<string, readonly MessageRow[]> {
  const agents = new Map<string, MessageRow[]>()
  for (const message of messages) {
    const own = agents.get(message.agent_id)
    if (own) own.push(message)
    else agents.set(message.agent_id, [message])
  }
  return agents
}

function isAscending(numbers: readonly number[]): boolean {
  return numbers.every((number, index) => index === 0 || number > (numbers[index - 1] ?? 0))
}
