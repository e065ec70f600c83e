import { createHash } from 'node:crypto'
import type { Block } from '../core/block.ts'
import { cleanText, countCharacters, sliceCharacters } from '../core/text.ts'
import type { SyncState } from './sync-request.ts'

/** The outcome of a look for the block. */
export type NextValue =
  /** It says that already. */
  | { readonly kind: 'same'; readonly state: SyncState }
  /** Somebody has edited it, and the origin has not changed since. */
  | { readonly kind: 'edited'; readonly state: SyncState }
  | {
      readonly kind: 'write'
      readonly value: string
      /** It replaces words that did not come from the origin. */
      readonly overEdit: boolean
      readonly state: SyncState
    }

/** Decides what becomes of a block when its origin has this text. An edit stays until the origin changes. Pure. */
export function nextValue(
  block: Pick<Block, 'id' | 'value' | 'limit'>,
  text: string,
  state: SyncState,
): NextValue {
  const value = cutTo(cleanText(text).trim(), block.limit)
  const found = digest(text)
  const now = { block: block.id, found, wrote: digest(value), failures: 0 }
  if (value === block.value) return { kind: 'same', state: now }
  const isFirst = state.block !== block.id || state.wrote === null
  const isEdited = isFirst ? block.value.trim() !== '' : digest(block.value) !== state.wrote
  if (!isFirst && isEdited && found === state.found)
    return { kind: 'edited', state: { ...state, failures: 0 } }
  return { kind: 'write', value, overEdit: isEdited, state: now }
}

/** The text, or its beginning with a note of what is missing. */
export function cutTo(text: string, limit: number): string {
  const size = countCharacters(text)
  if (size <= limit) return text
  // The number in the note may have fewer digits than this, never more.
  const longest = note(size)
  if (longest.length > limit) return sliceCharacters(text, 0, limit)
  const kept = limit - longest.length
  return sliceCharacters(text, 0, kept) + note(size - kept)
}

const note = (missing: number) => `\n[${missing} more characters are at its source]`

const digest = (text: string) => createHash('sha256').update(text).digest('hex')
