import type { Provider } from '../providers.ts'

/** The server and model called, for error messages. */
export interface Target {
  /** The API used. */
  readonly format: 'chat-completions' | 'embeddings' | 'messages' | 'responses'
  readonly provider: Provider
  readonly model: string
  readonly baseUrl: string
}
