import type { Numbers } from './pooling.ts'

export const TRANSFORMERS = '@huggingface/transformers'

/** The little of the package that is used. It is not installed with Recollect, so its own types are not there. */
export interface Transformers {
  readonly env: {
    allowRemoteModels: boolean
    localModelPath: string
  }
  readonly AutoTokenizer: { from_pretrained(model: string): Promise<Tokenizer> }
  readonly AutoModel: { from_pretrained(model: string, options: object): Promise<Model> }
}

export interface Tokenizer {
  (texts: readonly string[], options: object): TokenizedTexts
  readonly model_max_length: number
}

export interface TokenizedTexts {
  readonly attention_mask: Numbers
}

export interface Model {
  (inputs: TokenizedTexts): Promise<Readonly<Record<string, Numbers>>>
  readonly config: { readonly max_position_embeddings?: number }
}

export function isTransformers(module: unknown): module is Transformers {
  return (
    typeof module === 'object' &&
    module !== null &&
    ['env', 'AutoTokenizer', 'AutoModel'].every((name) => name in module)
  )
}
