import { createHash } from 'node:crypto'
import type { MessageRole } from '../../core/message.ts'

/*
 * Where an entry of a keyword index belongs: the namespace, and the archive or agent. Every word is indexed together
 * with its scope, so that a search costs what its own archive holds, whatever else is in the database. What most searches
 * leave out has a scope of its own, so that leaving it out costs nothing.
 */

/** Results of tools repeat what was found elsewhere; they are looked through only when asked for. */
export const SEARCHED_ROLES: readonly MessageRole[] = ['user', 'assistant', 'system']

export function passageScope(namespace: string, archiveId: string, superseded: boolean): string {
  return scope(superseded ? 'superseded' : 'passage', namespace, archiveId)
}

export function messageScope(namespace: string, agentId: string, role: MessageRole): string {
  return scope(role, namespace, agentId)
}

/** The word of an entry as the index holds it; one token to it, as `·` is a letter like others there. */
export function scopedWord(scope: string, word: string): string {
  return `${scope}·${word}`
}

/** 64 bits that no two scopes share by chance, short, since they stand at every word. */
function scope(kind: string, namespace: string, id: string): string {
  const digest = createHash('sha256').update(`${kind} ${id} ${namespace}`).digest()
  return digest.readBigUInt64BE().toString(36)
}
