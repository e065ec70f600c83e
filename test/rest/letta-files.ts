/* Agent files as Letta wrote them, made by hand. */

const time = '2026-01-02T03:04:05.000000+00:00'
const text = (value: string) => [{ type: 'text', text: value }]

function call(id: string, name: string, args: object) {
  return { id, type: 'function', function: { name, arguments: JSON.stringify(args) } }
}

export const CODE =
  'def dig(depth: int) -> int:\n    """Digs.\n\n    Args:\n        depth: how deep\n    """\n    return depth\n'

/** Two agents that share a block, with a group, a skill and a history of every kind of message. */
export function laterFile() {
  const own = {
    tags: [],
    tool_rules: [],
    tool_exec_environment_variables: {},
    group_ids: ['group-0'],
  }
  return {
    agents: [
      {
        ...own,
        id: 'agent-0',
        name: 'Mole',
        agent_type: 'memgpt_v2_agent',
        system: 'You dig.',
        description: 'digs',
        tags: ['deep'],
        model: null,
        llm_config: { model: 'm', handle: 'zai/glm-5', context_window: 50_000 },
        embedding_config: { handle: 'openai/text-embedding-3-small' },
        block_ids: ['block-0', 'block-1'],
        tool_ids: ['tool-0', 'tool-1', 'tool-2'],
        tool_rules: [
          { type: 'exit_loop', tool_name: 'send_message', prompt_template: '{{ x }}' },
          { type: 'run_first', tool_name: 'nowhere', args: null },
          { type: 'continue_loop', tool_name: '' },
        ],
        secrets: { KEY: 'hush' },
        in_context_message_ids: [
          'message-0',
          'message-1',
          'message-2',
          'message-3',
          'message-4',
          'message-5',
          'message-6',
        ],
        messages: [
          { id: 'message-0', role: 'system', content: text('compiled'), created_at: time },
          {
            id: 'message-1',
            role: 'user',
            content: text(
              JSON.stringify({ type: 'system_alert', message: 'They talked about clay.', time }),
            ),
            created_at: time,
          },
          {
            id: 'message-2',
            role: 'user',
            content: text(JSON.stringify({ type: 'heartbeat', reason: 'go on', time })),
            created_at: time,
          },
          {
            id: 'message-3',
            role: 'user',
            content: text(JSON.stringify({ type: 'user_message', message: 'Hello mole', time })),
            created_at: time,
          },
          {
            id: 'message-4',
            role: 'assistant',
            content: text('She greets me.'),
            tool_calls: [
              call('call_1', 'send_message', {
                message: 'Hello!',
                request_heartbeat: true,
                thinking: 'Be kind.',
              }),
            ],
            created_at: time,
          },
          {
            id: 'message-5',
            role: 'tool',
            tool_call_id: 'call_1',
            content: text(JSON.stringify({ status: 'OK', message: 'None', time })),
            created_at: time,
          },
          { id: 'message-6', role: 'user', content: text('Plain words'), created_at: time },
        ],
      },
      {
        ...own,
        id: 'agent-1',
        name: 'Sleeper',
        agent_type: 'sleeptime_agent',
        system: '',
        llm_config: { model: 'm', model_endpoint_type: 'openai', context_window: 32_000 },
        block_ids: ['block-0'],
        tool_ids: [],
        in_context_message_ids: [],
        messages: [],
      },
    ],
    groups: [
      { id: 'group-0', agent_ids: ['agent-1'], manager_config: { manager_type: 'sleeptime' } },
    ],
    blocks: [
      { id: 'block-0', label: 'system/human', value: 'Mia', limit: 2, description: null },
      { id: 'block-1', label: 'persona', value: 'A mole', limit: 100, read_only: true },
      { id: 'block-2', label: 'spare', value: 'of nobody', limit: 100 },
    ],
    files: [],
    sources: [],
    tools: [
      { id: 'tool-0', name: 'send_message', tool_type: 'letta_core', source_code: null },
      {
        id: 'tool-1',
        name: 'dig',
        tool_type: 'custom',
        source_type: 'json',
        source_code: CODE,
        pip_requirements: [{ name: 'shovel' }],
      },
      {
        id: 'tool-2',
        name: 'memory_apply_patch',
        tool_type: 'letta_sleeptime_core',
        source_code: null,
      },
    ],
    mcp_servers: [],
    skills: [{ name: 'burrowing' }],
    metadata: { revision_id: 'x' },
    created_at: time,
  }
}

/** The layout of 2025: one agent, indices out of order. */
export function legacyFile() {
  return {
    agent_type: 'memgpt_agent',
    core_memory: [{ label: 'human', value: 'Bo', limit: 5_000, metadata_: {} }],
    created_at: time,
    description: null,
    embedding_config: null,
    llm_config: { model: 'gpt-4o-mini', model_endpoint_type: 'openai', context_window: 32_000 },
    message_buffer_autoclear: false,
    in_context_message_indices: [0, 3, 2],
    messages: [
      { role: 'system', content: text('compiled'), created_at: time },
      { role: 'user', content: text('early'), created_at: time },
      { role: 'user', content: text('late'), created_at: time },
      { role: 'assistant', content: text('spoken plainly'), tool_calls: [], created_at: time },
    ],
    metadata_: { a: 1 },
    multi_agent_group: null,
    name: 'Old one',
    system: 'Be old.',
    tags: [{ tag: 'old' }],
    tool_exec_environment_variables: [{ key: 'TOKEN', value: '' }],
    tool_rules: [{ type: 'max_count_per_step', tool_name: 'send_message', max_count_limit: 3 }],
    tools: [
      { name: 'send_message', tool_type: 'letta_core', source_type: 'python', json_schema: {} },
    ],
    updated_at: time,
    version: '0.6.47',
  }
}
