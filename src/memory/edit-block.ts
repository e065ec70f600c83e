import { BLOCK_LABEL, type Block } from '../core/block.ts'
import { UserError } from '../core/errors.ts'
import { cleanText, countCharacters } from '../core/text.ts'
import { describeDifference, findPlaces, type Place } from './find-place.ts'
import { quoteValue } from './quote-value.ts'

/** A change of a block's value, applied to the text as it is at that moment. */
export type BlockEdit =
  | { readonly kind: 'write'; readonly value: string }
  | { readonly kind: 'append'; readonly text: string }
  /** Replaces exactly one occurrence. */
  | { readonly kind: 'replace_one'; readonly oldText: string; readonly newText: string }
  | { readonly kind: 'replace_all'; readonly oldText: string; readonly newText: string }
  /** Inserts after line `line`; 0: at the top; -1: at the end. */
  | { readonly kind: 'insert'; readonly text: string; readonly line: number }

/** The value after the edit. Throws UserError if the edit does not fit the text. Pure. */
export function editedValue(
  block: Pick<Block, 'label' | 'value' | 'limit'>,
  edit: BlockEdit,
): string {
  const value = cleanText(rawEdit(block, edit))
  checkLimit(block.label, value, block.limit)
  return value
}

export function checkLimit(label: string, value: string, limit: number): void {
  const size = countCharacters(value)
  if (size <= limit) return
  throw new UserError(
    'limit_exceeded',
    `The block "${label}" holds at most ${limit} characters, and this would make it ${size}; nothing was changed. ` +
      'Shorten the block, or move detail to archival memory.',
  )
}

export function checkLabel(label: string): void {
  if (BLOCK_LABEL.test(label)) return
  throw new UserError(
    'invalid_argument',
    `"${label}" can't be a block label. Use 1 to 128 characters of A-Z a-z 0-9 _ . / - (for example "project_notes").`,
  )
}

function rawEdit({ label, value }: Pick<Block, 'label' | 'value'>, edit: BlockEdit): string {
  switch (edit.kind) {
    case 'write':
      return edit.value
    case 'append': {
      if (value === '' || edit.text === '') return value + edit.text
      return value + lineEndOf(value) + withLineEnds(edit.text, value)
    }
    case 'replace_one':
    case 'replace_all': {
      const places = placesOf(label, value, edit.oldText)
      if (edit.kind === 'replace_one' && places.length > 1) throw occursOften(label, places.length)
      return replaceAt(value, places, withLineEnds(edit.newText, value))
    }
    case 'insert':
      return insertAfter(label, value, withLineEnds(edit.text, value), edit.line)
  }
}

/**
 * All exact occurrences of the text or, without any, the only place that a person would take for it. Throws UserError
 * if there is none.
 */
function placesOf(label: string, value: string, text: string): readonly Place[] {
  if (text === '') {
    throw new UserError(
      'invalid_argument',
      'The old text is empty. Give the text to replace, exactly as it stands in the block.',
    )
  }
  const exact = exactPlaces(value, text)
  if (exact.length > 0) return exact
  const alike = findPlaces(value, text)
  if (alike.length > 1) throw occursOften(label, alike.length)
  if (alike.length === 1) return alike
  const difference = describeDifference(value, text)
  const next =
    'Copy the old text exactly, character by character, from the block as it is now.' +
    (difference === undefined ? '' : ` ${difference}`)
  throw new UserError(
    'invalid_argument',
    `The old text does not occur in the block "${label}"; nothing was changed. ${quoteValue(value, next)}`,
  )
}

function exactPlaces(value: string, text: string): readonly Place[] {
  const places: Place[] = []
  for (let start = value.indexOf(text); start !== -1; ) {
    const end = start + text.length
    places.push({ start, end })
    start = value.indexOf(text, end)
  }
  return places
}

function replaceAt(value: string, places: readonly Place[], text: string): string {
  const kept = places.map(({ start }, index) => value.slice(places[index - 1]?.end ?? 0, start))
  return [...kept, value.slice(places.at(-1)?.end ?? 0)].join(text)
}

function occursOften(label: string, times: number): UserError {
  return new UserError(
    'invalid_argument',
    `The text occurs ${times} times in the block "${label}"; nothing was changed. Give more of the text around it, so that it occurs once.`,
  )
}

/** New lines end with CRLF if all existing lines do. */
function lineEndOf(value: string): '\n' | '\r\n' {
  return value.includes('\r\n') && !/(?<!\r)\n/.test(value) ? '\r\n' : '\n'
}

function withLineEnds(text: string, value: string): string {
  return lineEndOf(value) === '\r\n' ? text.replace(/(?<!\r)\n/g, '\r\n') : text
}

function insertAfter(label: string, value: string, text: string, line: number): string {
  const end = lineEndOf(value)
  const lines = value === '' ? [] : value.split(end)
  if (line < -1 || line > lines.length) {
    throw new UserError(
      'invalid_argument',
      `The block "${label}" has ${lines.length} lines, so the line must be from 0 (the top) to ${lines.length}, or -1 (the end); nothing was changed.`,
    )
  }
  const position = line === -1 ? lines.length : line
  return [...lines.slice(0, position), text, ...lines.slice(position)].join(end)
}
