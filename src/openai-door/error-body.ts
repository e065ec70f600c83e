const CODES: Readonly<Record<number, string>> = {
  401: 'invalid_api_key',
  404: 'model_not_found',
  429: 'rate_limit_exceeded',
}

/** Errors name tools of MCP, which a chat program has not. */
const MCP_ADVICE = 'Call list_agents to see those that exist, or create_agent.'
const ADVICE =
  'GET /openai/v1/models lists those that exist, and recollect chat <name> --create makes one.'

/** An error as OpenAI's clients read it. */
export function errorBody(status: number, text: string) {
  const type = status >= 500 ? 'server_error' : 'invalid_request_error'
  const message = text.replace(MCP_ADVICE, ADVICE)
  return { error: { message, type, param: null, code: CODES[status] ?? null } }
}
