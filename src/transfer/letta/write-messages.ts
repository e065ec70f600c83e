import type { AgentFile, FileMessage } from '../format/agent-file.ts'
import { wrapAlert, wrapTool, wrapUser } from './envelopes.ts'

/**
 * The compiled system prompt, a summary of what went before, and the messages in context. `first` is the number of the
 * first message in the file. Pure.
 */
export function writeMessages(file: AgentFile, system: string, agentId: string, first: number) {
  const { agent, context, messages, summaries } = file
  const isMemgpt = agent.agent_type === 'memgpt_agent'
  const shown = messages
    .slice(context.from - 1)
    .filter(({ conversation, ...message }) => conversation === undefined && !isHidden(message))
  const names = new Map<string, string>()
  const summary = summaries.findLast(({ to_message }) => to_message >= context.summaries_from)
  const parts = [
    { role: 'system', content: [textPart(system)], created_at: agent.created_at },
    ...(summary
      ? [
          {
            role: 'user',
            content: [textPart(wrapAlert(summary.text, summary.until))],
            created_at: summary.until,
          },
        ]
      : []),
    ...shown.map((message) => writeMessage(message, isMemgpt, names)),
  ]
  return parts.map((part, index) => ({
    type: 'message',
    id: `message-${first + index}`,
    agent_id: agentId,
    model: agent.model,
    name: null,
    otid: null,
    sender_id: null,
    group_id: null,
    tool_calls: null,
    tool_call_id: null,
    tool_returns: [],
    approvals: [],
    ...part,
  }))
}

function isHidden(message: object): boolean {
  return ('hidden' in message && message.hidden === true) || 'elsewhere' in message
}

function writeMessage(message: FileMessage, isMemgpt: boolean, names: Map<string, string>) {
  const { created_at } = message
  switch (message.role) {
    case 'user': {
      const text = isMemgpt ? wrapUser(message.text, created_at) : message.text
      return { role: 'user', created_at, content: [textPart(text)] }
    }
    case 'system':
      return { role: 'system', created_at, content: [textPart(message.text)] }
    case 'assistant': {
      const { reasoning, text, tool_calls: calls } = message
      for (const { id, name } of calls) names.set(id, name)
      return {
        role: 'assistant',
        created_at,
        content: [
          ...(reasoning === ''
            ? []
            : [{ type: 'reasoning', is_native: true, reasoning, signature: null }]),
          ...(text === '' ? [] : [textPart(text)]),
        ],
        tool_calls: calls.map(({ id, name, arguments: written }) => ({
          id,
          type: 'function',
          function: { name, arguments: written },
        })),
      }
    }
    case 'tool': {
      const { call_id: tool_call_id, status } = message
      const response = wrapTool(message, created_at)
      return {
        role: 'tool',
        created_at,
        content: [textPart(response)],
        name: names.get(tool_call_id) ?? message.tool_name,
        tool_call_id,
        tool_returns: [
          { tool_call_id, status, stdout: null, stderr: null, func_response: response },
        ],
      }
    }
  }
}

function textPart(text: string) {
  return { type: 'text', text }
}
