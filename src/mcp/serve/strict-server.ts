import {
  type CreateMessageRequest,
  type CreateMessageRequestParamsBase,
  type CreateMessageRequestParamsWithTools,
  type CreateMessageResult,
  type CreateMessageResultWithTools,
  type JSONRPCRequest,
  ProtocolError,
  ProtocolErrorCode,
  type RequestOptions,
  type Result,
  Server,
  type ServerContext,
} from '@modelcontextprotocol/server'
import { isRecord } from '../../core/is-record.ts'
import { unanswered } from '../client/unanswered.ts'
import { straightenRequest } from './straighten-request.ts'

type Handler = (request: JSONRPCRequest, context: ServerContext) => Promise<Result>

/**
 * The SDK's server, with proper errors: the SDK itself reports invalid parameters as internal errors with raw parser
 * output.
 */
export class StrictServer extends Server {
  constructor(...about: ConstructorParameters<typeof Server>) {
    super(...about)
    const ask = this.request.bind(this)
    /**
     * A client that declares elicitation but fails to ask counts as a person who closed the question, so the tool can
     * say how to go on. The SDK would end the call with the client's error.
     */
    const askPerson = async (...asked: Parameters<typeof ask>): Promise<unknown> => {
      const [{ method }, options] = asked
      if (method !== 'elicitation/create') return ask(...asked)
      return ask(...asked).catch((error: unknown) => {
        if (isAborted(options)) throw error
        return { action: 'cancel' }
      })
    }
    Object.assign(this, { request: askPerson })
  }

  protected override _wrapHandler(method: string, handler: Handler): Handler {
    const handle = super._wrapHandler(method, handler)
    return async (request, context) => {
      try {
        return await handle(straightenRequest(request), context)
      } catch (error) {
        const problem = error instanceof Error ? firstIssue(error.message) : undefined
        if (problem === undefined) throw error
        throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Bad ${method}: ${problem}.`)
      }
    }
  }

  override createMessage(
    params: CreateMessageRequestParamsBase,
    options?: RequestOptions,
  ): Promise<CreateMessageResult>
  override createMessage(
    params: CreateMessageRequestParamsWithTools,
    options?: RequestOptions,
  ): Promise<CreateMessageResultWithTools>
  override createMessage(
    params: CreateMessageRequest['params'],
    options?: RequestOptions,
  ): Promise<CreateMessageResult | CreateMessageResultWithTools>
  /** The SDK ends the whole call when sampling fails; ours tells the tool, which says how to go on. */
  override async createMessage(
    params: CreateMessageRequest['params'],
    options?: RequestOptions,
  ): Promise<CreateMessageResult | CreateMessageResultWithTools> {
    try {
      return await super.createMessage(params, options)
    } catch (error) {
      // The caller itself has disconnected.
      if (options?.signal?.aborted) throw error
      return unanswered(error)
    }
  }
}

function isAborted(options: unknown): boolean {
  return isRecord(options) && options.signal instanceof AbortSignal && options.signal.aborted
}

/** First issue in the parser's JSON list; undefined if the text is something else. */
function firstIssue(text: string): string | undefined {
  const list = text.indexOf('[\n')
  if (list === -1) return undefined
  try {
    const [issue]: unknown[] = JSON.parse(text.slice(list))
    if (!isRecord(issue) || !Array.isArray(issue.path)) return undefined
    return `${issue.path.join('.')}: ${String(issue.message)}`
  } catch {
    return undefined
  }
}
