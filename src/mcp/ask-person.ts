import {
  CLIENT_CAPABILITIES_META_KEY,
  type InputRequiredResult,
  inputRequired,
  inputResponse,
  type Server,
  type ServerContext,
} from '@modelcontextprotocol/server'
import type { Person, Question } from './person.ts'

/** The person behind a call; undefined: the client can't ask him. */
export function personBehind(server: Server, request: ServerContext['mcpReq']): Person | undefined {
  const responses = request.inputResponses
  const resumed = request.requestState()
  if (!canAsk(server, request) && responses === undefined) return undefined
  return {
    resumed: typeof resumed === 'string' ? resumed : undefined,
    answerTo(key) {
      const response = inputResponse(responses, key)
      if (response.kind !== 'elicit' || response.action === 'cancel') return undefined
      return response.action === 'accept' && response.content?.approve === true
    },
  }
}

/** Declared with each request in the modern era, and when the connection was opened before. */
function canAsk(server: Server, { envelope }: ServerContext['mcpReq']): boolean {
  const declared: unknown = envelope && Reflect.get(envelope, CLIENT_CAPABILITIES_META_KEY)
  const capabilities = declared ?? server.getClientCapabilities()
  const elicitation: unknown = isObject(capabilities) ? capabilities.elicitation : undefined
  // Before there were modes, an empty object meant forms.
  return (
    isObject(elicitation) && (isObject(elicitation.form) || Object.keys(elicitation).length === 0)
  )
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

export function ask({ key, text, putAside }: Question): InputRequiredResult {
  return inputRequired({
    inputRequests: {
      [key]: inputRequired.elicit({
        message: text,
        requestedSchema: {
          type: 'object',
          properties: { approve: { type: 'boolean', title: 'Allow it?' } },
          required: ['approve'],
        },
      }),
    },
    requestState: putAside,
  })
}
