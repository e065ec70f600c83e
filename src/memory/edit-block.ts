import { BLOCK_LABEL, type Block } from '../core/block.ts'
import { UserError } from '../core/errors.ts'
import { cleanText, countCharacters } from '../core/text.ts'
import { quoteValue } from './quote-value.ts'

/** A change of a block's value, applied to the text as it is at that moment. */
export type BlockEdit =
  | { readonly kind: 'write'; readonly value: string }
  | { readonly kind: 'append'; readonly text: string }
  /** Exactly one occurrence. */
  | { readonly kind: 'replace_one'; readonly oldText: string; readonly newText: string }
  | { readonly kind: 'replace_all'; readonly oldText: string; readonly newText: string }
  /** After line `line`; 0: at the top; -1: at the end. */
  | { readonly kind: 'insert'; readonly text: string; readonly line: number }

/** The value after the edit. Throws a UserError, and changes nothing, where the edit does not fit the text. */
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
    `"${label}" can't be a block label. Use 1 to 64 characters out of A-Z a-z 0-9 _ . - (for example "project_notes").`,
  )
}

function rawEdit({ label, value }: Pick<Block, 'label' | 'value'>, edit: BlockEdit): string {
  switch (edit.kind) {
    case 'write':
      return edit.value
    case 'append':
      return value === '' || edit.text === '' ? value + edit.text : `${value}\n${edit.text}`
    case 'replace_one': {
      const found = occurrences(label, value, edit.oldText)
      if (found > 1) {
        throw new UserError(
          'invalid_argument',
          `The text occurs ${found} times in the block "${label}"; nothing was changed. Give more of the text around it, so that it occurs once.`,
        )
      }
      // A function, because in a replacement string `$&` and the like would be read as patterns.
      return value.replace(edit.oldText, () => edit.newText)
    }
    case 'replace_all':
      occurrences(label, value, edit.oldText)
      return value.replaceAll(edit.oldText, () => edit.newText)
    case 'insert':
      return insertAfter(label, value, edit.text, edit.line)
  }
}

/** At least one, or a UserError. */
function occurrences(label: string, value: string, text: string): number {
  if (text === '') {
    throw new UserError(
      'invalid_argument',
      'The old text is empty. Give the text to replace, exactly as it stands in the block.',
    )
  }
  const found = value.split(text).length - 1
  if (found > 0) return found
  throw new UserError(
    'invalid_argument',
    `The old text does not occur in the block "${label}"; nothing was changed. ${quoteValue(value, 'Copy the old text exactly, character by character, from the block as it is now.')}`,
  )
}

function insertAfter(label: string, value: string, text: string, line: number): string {
  const lines = value === '' ? [] : value.split('\n')
  if (line < -1 || line > lines.length) {
    throw new UserError(
      'invalid_argument',
      `The block "${label}" has ${lines.length} lines, so the line must be from 0 (the top) to ${lines.length}, or -1 (the end); nothing was changed.`,
    )
  }
  const position = line === -1 ? lines.length : line
  return [...lines.slice(0, position), text, ...lines.slice(position)].join('\n')
}
