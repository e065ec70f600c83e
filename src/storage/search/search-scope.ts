import { createHash } from 'node:crypto'
import type { MessageRole } from '../../core/message.ts'

/*
 * Scope of a keyword index entry: the namespace and the archive or agent. Each word is indexed with its scope, so a
 * search costs only what its own archive holds. Entries that most searches exclude have a scope of their own, so
 * excluding them is free.
 */

/** Tool results repeat what was found elsewhere; they are searched only on request. */
export const SEARCHED_ROLES: readonly MessageRole[] = ['user', 'assistant', 'system']

export function passageScope(namespace: string, archiveId: string, superseded: boolean): string {
  return scope(superseded ? 'superseded' : 'passage', namespace, archiveId)
}

export function messageScope(namespace: string, agentId: string, role: MessageRole): string {
  return scope(role, namespace, agentId)
}

/** An entry's word as indexed. `·` counts as a letter, so the result is one token. */
export function scopedWord(scope: string, word: string): string {
  return `${scope}·${word}`
}

/** 64 bits: unique in practice, and short, since it prefixes every word. */
function scope(kind: string, namespace: string, id: string): string {
  const digest = createHash('sha256').update(`${kind} ${id} ${namespace}`).digest()
  return digest.readBigUInt64BE().toString(36)
}
