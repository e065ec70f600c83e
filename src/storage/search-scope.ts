import type { MessageRole } from '../core/message.ts'

/*
 * Where an entry of a keyword index belongs, as one word of its scope column: the namespace, and the archive or agent.
 * What most searches leave out has a scope of its own, so that leaving it out costs nothing.
 */

/** Results of tools repeat what was found elsewhere; they are looked through only when asked for. */
export const SEARCHED_ROLES: readonly MessageRole[] = ['user', 'assistant', 'system']

export function passageScope(namespace: string, archiveId: string, superseded: boolean): string {
  return `${superseded ? 'superseded' : ''}${oneWord(namespace, archiveId)}`
}

export function messageScope(namespace: string, agentId: string, role: MessageRole): string {
  return `${role}${oneWord(namespace, agentId)}`
}

function oneWord(namespace: string, id: string): string {
  return `${Buffer.from(namespace).toString('hex')}x${id.replaceAll('-', '')}`
}
