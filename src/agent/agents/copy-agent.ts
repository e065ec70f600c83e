import type { Agent } from '../../core/agent.ts'
import type { Timestamp } from '../../core/clock.ts'
import { defaultConversation } from '../../core/conversation.ts'
import { UserError } from '../../core/errors.ts'
import { type AgentId, newId } from '../../core/ids.ts'
import { findAgent } from '../../memory/find-agent.ts'
import type { NewMessage, Transaction } from '../../storage/port/store.ts'
import { TEMPLATE_TAG } from '../inbox/template-tag.ts'

export interface CopyOptions {
  /** Absent: made up from the name of the original. */
  readonly name?: string | undefined
  /** Labels of blocks that both agents have from then on; the others are copied. */
  readonly shareBlocks: readonly string[]
  /** With the messages and the context of its default conversation. */
  readonly withHistory: boolean
}

/** Messages per INSERT. Chosen by hand. */
const MESSAGES_AT_ONCE = 100

/** Copies an agent without its archives. A copy of a template is no template. */
export async function copyAgent(
  tx: Transaction,
  reference: string,
  { name, shareBlocks, withHistory }: CopyOptions,
  at: Timestamp,
): Promise<Agent> {
  const original = await findAgent(tx.agents, reference)
  const blocks = await tx.blocks.ofAgent(original.id)
  const unknown = shareBlocks.find((label) => !blocks.some((block) => block.label === label))
  if (unknown !== undefined) {
    throw new UserError(
      'invalid_argument',
      `The agent has no block "${unknown}" to share; nothing was copied. read_memory shows its blocks.`,
    )
  }
  const copy: Agent = {
    ...original,
    id: newId('agent'),
    name: name ?? (await freeName(tx, original.name)),
    tags: original.tags.filter((tag) => tag !== TEMPLATE_TAG),
    createdAt: at,
    updatedAt: at,
  }
  await tx.agents.insert(copy)
  for (const { version: _, createdAt: __, updatedAt: ___, ...block } of blocks) {
    const own = shareBlocks.includes(block.label)
      ? block
      : await tx.blocks.insert({ ...block, id: newId('block') }, { author: { kind: 'client' }, at })
    await tx.blocks.attach(copy.id, own, at)
  }
  if (withHistory) await copyHistory(tx, original.id, copy.id, at)
  return copy
}

async function freeName(tx: Transaction, name: string): Promise<string> {
  for (let number = 2; ; number += 1) {
    const made = `${name} ${number}`
    if ((await tx.agents.named(made, 1)).length === 0) return made
  }
}

async function copyHistory(
  tx: Transaction,
  from: AgentId,
  to: AgentId,
  at: Timestamp,
): Promise<void> {
  const [original, copy] = [defaultConversation(from), defaultConversation(to)]
  const state = await tx.conversations.contextState(original)
  const messages = (await tx.messages.since(from, 1)).filter(
    ({ conversationId }) => conversationId === original,
  )
  const hidden = new Set(await tx.messages.hidden(from))
  const copies = messages.map((message): NewMessage => {
    const { id: _, agentId: __, conversationId: ___, seq, runId: ____, tokens, ...rest } = message
    const { createdAt, elsewhere, ...body } = rest
    return {
      id: newId('message'),
      runId: null,
      tokens,
      createdAt,
      body,
      hidden: hidden.has(seq),
      elsewhere,
    }
  })
  for (let start = 0; start < copies.length; start += MESSAGES_AT_ONCE)
    await tx.messages.append(to, copies.slice(start, start + MESSAGES_AT_ONCE))
  /** Messages of the copy are numbered without gaps. */
  const place = (seq: number) => 1 + messages.filter((message) => message.seq < seq).length
  const { summary, pressureTold } = state
  await tx.conversations.setContext(
    copy,
    {
      from: place(state.from),
      summariesFrom: place(state.summariesFrom),
      pressureTold,
      ...(summary && {
        summary: {
          ...summary,
          id: newId('summary'),
          fromSeq: place(summary.fromSeq),
          toSeq: Math.max(place(summary.fromSeq), place(summary.toSeq + 1) - 1),
        },
      }),
    },
    at,
  )
}
