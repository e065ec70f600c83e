import { isRecord } from '../../core/is-record.ts'

/* The layout of Letta 0.6 to 0.10: one agent, its blocks and tools inside it, messages linked by their places. */

export function isLegacy(value: Readonly<Record<string, unknown>>): boolean {
  return 'agent_type' in value && 'core_memory' in value
}

/** The same agent in the later layout, not checked. Pure. */
export function fromLegacy(value: Readonly<Record<string, unknown>>): object {
  const { core_memory, tools, messages, tags, in_context_message_indices, ...agent } = value
  const numbered = (list: unknown, prefix: string) =>
    (Array.isArray(list) ? list : []).map((one: unknown, index) =>
      isRecord(one) ? { ...one, metadata: one.metadata_, id: `${prefix}-${index}` } : one,
    )
  const blocks = numbered(core_memory, 'block')
  const places = Array.isArray(in_context_message_indices) ? in_context_message_indices : []
  const known = numbered(messages, 'message')
  const fileTools = numbered(tools, 'tool')
  const idsOf = (list: readonly unknown[]) => list.flatMap((one) => (isRecord(one) ? [one.id] : []))
  return {
    agents: [
      {
        ...agent,
        id: 'agent-0',
        metadata: agent.metadata_,
        tags: (Array.isArray(tags) ? tags : []).map((tag: unknown) =>
          isRecord(tag) ? tag.tag : tag,
        ),
        block_ids: idsOf(blocks),
        tool_ids: idsOf(fileTools),
        messages: known,
        in_context_message_ids: places.map((place) => `message-${String(place)}`),
      },
    ],
    blocks,
    tools: fileTools,
    created_at: agent.created_at,
  }
}
