import { UserError } from '../../core/errors.ts'
import { isRecord } from '../../core/is-record.ts'
import type { ContextAccount, McpContext } from '../../service/context.ts'
import { type Route, route } from '../call/route.ts'

export const contextRoutes: readonly Route[] = [
  route('GET', '/v1/agents/{agent_id}/context', 'read', async ({ params, context }) =>
    presentContext(context, params.agent_id),
  ),

  route('POST', '/v1/agents/{agent_id}/recompile', 'read', async ({ params, context }) =>
    systemPromptIn(await context.agents.inspect(params.agent_id)),
  ),

  route('POST', '/v1/agents/{agent_id}/summarize', 'admin', async ({ params, context, signal }) => {
    const before = await context.agents.inspect(params.agent_id)
    const done = await context.agents.compact(params.agent_id, signal)
    const after = await context.agents.inspect(params.agent_id)
    return {
      summary: done?.summary ?? '',
      num_messages_before: countIn(before, 'messages'),
      num_messages_after: countIn(after, 'messages'),
    }
  }),
]

/** Counts as Letta's development environment asks for them. */
async function presentContext(context: McpContext, agentId: string) {
  const account = await context.agents.inspect(agentId)
  const { counts, agent } = await context.agents.get(agentId)
  return {
    context_window_size_max: account.contextWindow,
    context_window_size_current: account.totalTokens,
    num_messages: countIn(account, 'messages'),
    num_archival_memory: counts.passages,
    num_recall_memory: counts.messages,
    num_tokens_external_memory_summary: 0,
    external_memory_summary: '',
    num_tokens_system: tokensIn(account, 'system'),
    system_prompt: systemPromptIn(account),
    num_tokens_core_memory: tokensIn(account, 'memory'),
    core_memory: account.memory,
    num_tokens_summary_memory: tokensIn(account, 'summary'),
    summary_memory: null,
    num_tokens_functions_definitions: tokensIn(account, 'tools'),
    functions_definitions: agent.tools,
    num_tokens_messages: tokensIn(account, 'messages'),
    messages: [],
  }
}

function countIn({ parts }: ContextAccount, name: string): number {
  return parts.find((part) => part.name === name)?.count ?? 0
}

function tokensIn({ parts }: ContextAccount, name: string): number {
  return parts.find((part) => part.name === name)?.tokens ?? 0
}

/** The system message of the next request: the prompt with the memory blocks in it. */
function systemPromptIn({ request }: ContextAccount): string {
  const parsed: unknown = JSON.parse(request)
  const messages = isRecord(parsed) && Array.isArray(parsed.messages) ? parsed.messages : []
  const system = messages.find((message) => isRecord(message) && message.role === 'system')
  if (isRecord(system) && typeof system.text === 'string') return system.text
  throw new UserError('internal', 'The next request has no system message.')
}
