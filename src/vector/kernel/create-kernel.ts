import { VECTOR_KERNEL } from '../../generated/vector-kernel.ts'
import type { Kernel } from './kernel.ts'
import { createPlainKernel } from './plain-kernel.ts'
import { createSimdKernel } from './simd-kernel.ts'

/** The fastest kernel that this machine supports. One per process, since it owns the memory of all indexes. */
export function createKernel(): Kernel {
  return createSimdKernel(Buffer.from(VECTOR_KERNEL, 'base64')) ?? createPlainKernel()
}
