import { CODE_TAIL_BYTES, type Codes } from '../codes/codes.ts'
import type { SegmentLayout } from './kernel.ts'

/** Small, so that a little archive wastes little; a scan still spends a hundred times longer in it than to enter it. */
export const SEGMENT_BYTES = 256 * 1024

export function layoutOf({ kind, stride }: Codes): SegmentLayout {
  const rows = Math.floor(SEGMENT_BYTES / (stride + CODE_TAIL_BYTES) / 8) * 8
  return { kind, stride, rows }
}
