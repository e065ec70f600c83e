import type { AgentId } from '../../core/ids.ts'

const MANNERS = [
  'Amber',
  'Brisk',
  'Calm',
  'Clear',
  'Deep',
  'Early',
  'Fair',
  'Gentle',
  'Keen',
  'Light',
  'Mellow',
  'Noble',
  'Quiet',
  'Swift',
  'True',
  'Warm',
]
const KINDS = [
  'Alder',
  'Birch',
  'Brook',
  'Cedar',
  'Finch',
  'Harbour',
  'Heron',
  'Lark',
  'Linden',
  'Maple',
  'Otter',
  'Raven',
  'River',
  'Sparrow',
  'Willow',
  'Wren',
]

/**
 * A name for an agent created without one. It comes from the id, with enough of it to tell agents of one name apart.
 */
export function makeName(id: AgentId): string {
  const digits = id.slice('agent-'.length)
  const pick = (words: readonly string[], position: number) =>
    words[Number.parseInt(digits[position] ?? '0', 16)] ?? ''
  return `${pick(MANNERS, 0)}${pick(KINDS, 1)}-${digits.slice(2, 6)}`
}
