import { setTimeout as sleep } from 'node:timers/promises'
import { callTool } from '../shared/call-tool.ts'
import type { StdioClient } from '../support.ts'
import type { Conversation } from './data-set.ts'
import { type Remembered, searchWith, timeOf } from './remember.ts'

const LOOK_MILLISECONDS = 200
const PAGE = 100

interface Found {
  readonly id: string
  readonly text: string
}

/** As Claude would export it, each session a conversation, loaded by the server itself. */
export async function loadExport(
  client: StdioClient,
  conversation: Conversation,
  tool: 'search_archival' | 'search_conversation',
): Promise<Remembered> {
  const { fields } = await callTool(client, 'create_agent', { name: conversation.name })
  const agent = (fields.agent as { readonly id: string }).id
  await load(client, {
    ...{ agent, name: 'conversations.json' },
    data: Buffer.from(JSON.stringify(conversation.sessions.map(toExport))).toString('base64'),
    into: tool === 'search_archival' ? 'archive' : 'conversation',
  })
  const key = tool === 'search_archival' ? 'passages' : 'messages'
  /** By their words; a passage may begin with its session and the role of its speaker. */
  const turns = new Map<string, string>()
  const firsts = new Map<string, string>()
  for (const { id, text } of conversation.sessions.flatMap((session) => session.turns))
    if (!firsts.has(text.trim())) firsts.set(text.trim(), id)
  for (const { id, text } of await everything(client, tool, key, agent)) {
    const words = key === 'passages' ? text.replace(/^([^\n]*\n\n)?(User|Assistant): /, '') : text
    const turn = firsts.get(words.trim())
    if (turn === undefined) throw new Error(`no turn says ${JSON.stringify(words)}`)
    turns.set(id, turn)
  }
  if (new Set(turns.values()).size !== firsts.size) throw new Error('a turn is missing')
  const words = new Map(
    conversation.sessions.flatMap(({ turns: all }) => all.map(({ id, text }) => [id, text.trim()])),
  )
  return {
    foundAs: (turn) => firsts.get(words.get(turn) ?? '') ?? turn,
    search: searchWith(client, tool, key, agent, turns),
  }
}

function toExport(session: Conversation['sessions'][number]) {
  const { source, turns } = session
  return {
    ...{ uuid: source, name: source },
    chat_messages: turns.map(({ role, text }, place) => ({
      ...{ sender: role === 'user' ? 'human' : 'assistant', text },
      created_at: timeOf(session, place),
    })),
  }
}

async function load(client: StdioClient, args: Readonly<Record<string, unknown>>): Promise<void> {
  const { fields } = await callTool(client, 'load', args)
  const { job_id } = fields.job as { readonly job_id: string }
  for (;;) {
    const { fields: found } = await callTool(client, 'list_jobs', { job_id })
    const [job] = found.jobs as readonly { readonly status: string; readonly report?: string }[]
    if (job?.status === 'completed' && !/Left out/.test(job.report ?? '')) return
    if (job?.status !== 'queued' && job?.status !== 'running') throw new Error(JSON.stringify(job))
    await sleep(LOOK_MILLISECONDS)
  }
}

async function everything(client: StdioClient, tool: string, key: string, agent: string) {
  const found: Found[] = []
  let cursor: unknown
  do {
    const args = { agent, limit: PAGE, ...(cursor !== undefined && { cursor }) }
    const { fields } = await callTool(client, tool, args)
    found.push(...(fields[key] as readonly Found[]))
    cursor = fields.next_cursor
  } while (cursor !== undefined)
  return found
}
