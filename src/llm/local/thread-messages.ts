import type { Dtype } from './models-folder.ts'
import type { Pooling } from './pooling.ts'

/* Messages to and from the thread that embeds: plain data, copied between threads. */

export interface EmbedThreadSetup {
  /** URL of the package's entry. */
  readonly entry: string
  /** Folder of all models. */
  readonly models: string
  readonly repository: string
  readonly dtype: Dtype
  readonly pooling: Pooling
  /** Maximum number of processors that it computes on. */
  readonly processors: number
}

export type ToEmbedThread = readonly string[]

export type FromEmbedThread =
  | { readonly type: 'vectors'; readonly vectors: readonly Float32Array[] }
  /** These texts failed; others may not. */
  | { readonly type: 'failed'; readonly problem: string }
  /** The model can't be loaded; the thread ends. */
  | { readonly type: 'broken'; readonly problem: string }
