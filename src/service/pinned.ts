import type { ArchiveView } from '../core/archive.ts'
import type { VersionHead } from '../core/block.ts'
import { UserError } from '../core/errors.ts'
import type { Change } from '../core/event.ts'
import type { AgentId } from '../core/ids.ts'
import type { Message } from '../core/message.ts'
import { type Run, type RunView, rootOrigin } from '../core/run.ts'

export type Own = (given: string) => AgentId

/** Hides the runs of other agents that began the run or that it waits for. */
export function alone({ run, pendingApprovals, ...view }: RunView): RunView {
  const own = pendingApprovals.filter((call) => call.runId === run.id)
  return { ...view, run: withoutTree(run), pendingApprovals: own }
}

export function withoutTree(run: Run): Run {
  return { ...run, ...rootOrigin(run.id), sender: run.sender }
}

export function withoutSender(message: Message): Message {
  if (message.role !== 'system' || message.sender?.kind !== 'agent') return message
  return { ...message, sender: { ...message.sender, name: 'another agent' } }
}

/** In the history of a shared block, edits by other agents appear as edits by a client. */
export function withoutOthers(head: VersionHead, id: AgentId): VersionHead {
  const isOthers = head.author.kind === 'agent' && head.author.agentId !== id
  return isOthers ? { ...head, author: { kind: 'client' } } : head
}

/** Hides the other agents that have the archive. */
export function heldBy(view: ArchiveView, id: AgentId): ArchiveView {
  return { ...view, holders: view.holders.filter((holder) => holder.agentId === id) }
}

/** `concernedBy` decides for the other kinds of changes. */
export function isOfAnother({ kind, subjectId }: Change, id: AgentId): boolean {
  return (kind === 'agent' || kind === 'messages') && subjectId !== id
}

/** For operations on all agents. */
export async function refused(): Promise<never> {
  throw new UserError('unsupported', 'This server serves one agent only.')
}
