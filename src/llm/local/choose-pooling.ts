import { z } from 'zod'
import type { Pooling } from './pooling.ts'

/** The file of sentence-transformers that says so. */
const PoolingFile = z.object({
  pooling_mode_cls_token: z.boolean().optional(),
  pooling_mode_lasttoken: z.boolean().optional(),
})

/** Families whose conversions leave that file out, by their cards. */
const FAMILIES: readonly (readonly [RegExp, Pooling])[] = [
  [/bge-|arctic-embed|mxbai-embed/, 'cls'],
  [/qwen3-embedding/, 'last'],
]

/** `file`: the pooling file of the model, as parsed JSON. Pure. */
export function choosePooling(repository: string, file: unknown): Pooling {
  const said = PoolingFile.safeParse(file)
  if (said.success) {
    if (said.data.pooling_mode_cls_token === true) return 'cls'
    return said.data.pooling_mode_lasttoken === true ? 'last' : 'mean'
  }
  const name = repository.toLowerCase()
  return FAMILIES.find(([family]) => family.test(name))?.[1] ?? 'mean'
}
