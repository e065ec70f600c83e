import { CODE_TAIL_BYTES, type Codes } from '../codes/codes.ts'
import type { SegmentLayout } from './kernel.ts'

/**
 * Small, so that a small archive wastes little; still, scanning it takes a hundred times longer than the call. Chosen
 * by hand.
 */
export const SEGMENT_BYTES = 256 * 1024

export function layoutOf({ kind, stride }: Codes): SegmentLayout {
  const rows = Math.floor(SEGMENT_BYTES / (stride + CODE_TAIL_BYTES) / 8) * 8
  return { kind, stride, rows }
}
