import type { Filled } from '../access/fill.ts'
import { echo } from '../tools/sources.ts'

/** A filled namespace, and the sizes that a test wants. */
export interface ToolWorld extends Filled {
  /** A block of `agent` with several versions. */
  readonly label: string
  /** A text of that many characters, or fewer. */
  text(characters: number): string
  /** The source of a function that does not exist yet. */
  readonly source: string
}

type Arguments = Readonly<Record<string, unknown>>

export function toolWorld(filled: Filled): ToolWorld {
  const source = echo(`more_${filled.canary}`, 'Says it once more.')
  const text = (characters: number) => `Ada and kites: ${filled.canary}`.slice(0, characters)
  return { ...filled, label: 'human', text, source }
}

/**
 * For every tool, calls that work in a filled namespace and answer as much as they can. In the order of a life: what
 * deletes comes last. A new tool is entered here, and nowhere else.
 */
export const TOOL_TABLE: Readonly<Record<string, (world: ToolWorld) => readonly Arguments[]>> = {
  list_agents: () => [{ limit: 100 }, { query: 'a', tags: ['team'], limit: 1 }],
  get_agent: ({ agent }) => [{ agent }],
  create_agent: ({ canary, text }) => [
    { name: `${canary}new`, context_window: 1_000_000, description: text(10_000) },
  ],
  configure_agent: ({ agent }) => [{ agent, temperature: 0.5 }],
  send_message: ({ agent }) => [{ agent, message: 'Hello', wait_seconds: 60, include_steps: true }],
  get_run: ({ run }) => [{ run_id: run, include_steps: true, wait_seconds: 0.1 }],
  list_runs: ({ agent, run }) => [
    { limit: 100 },
    { agent, status: 'completed' },
    { parent_run_id: run },
  ],
  cancel_run: ({ run }) => [{ run_id: run }],
  respond_to_approval: ({ asking }) => [{ run_id: asking, approve: false }],
  update_agent: ({ second, text }) => [
    {
      agent: second,
      context_window: 1_000_000,
      system: text(60_000),
      tags: Array(100).fill('tag'),
    },
  ],
  message_agents: () => [{ tags: ['team'], message: 'Hello', wait_seconds: 60 }],

  write_memory_block: ({ agent, text }) => [
    { agent, label: 'long', value: text(70_000), limit: 80_000 },
  ],
  append_to_memory_block: ({ agent }) => [{ agent, label: 'long', text: 'End.' }],
  replace_in_memory_block: ({ agent }) => [
    { agent, label: 'long', old_text: 'End.', new_text: 'Fin.' },
  ],
  read_memory: ({ agent, label }) => [{ agent }, { agent, label }],
  memory_history: ({ agent, label }) => [{ agent, label, limit: 100 }],
  diff_memory_block: ({ agent, label }) => [{ agent, label, from_version: 1 }],
  restore_memory_block: ({ agent, label }) => [{ agent, label, version: 1 }],
  read_memory_as_of: ({ agent }) => [{ agent, at: '2999-01-01' }],
  create_block: ({ text }) => [{ label: 'loose', value: text(70_000), limit: 80_000 }],
  detach_block: ({ agent, block }) => [{ agent, block_id: block }],
  attach_block: ({ agent, block }) => [{ agent, block_id: block }],
  list_blocks: () => [{ limit: 100 }, { query: 'plan', limit: 1 }],

  insert_archival: ({ agent, text }) => [
    { agent, texts: Array.from({ length: 100 }, (_, number) => `${number} ${text(900)}`) },
  ],
  search_archival: ({ agent, passage }) => [
    { agent, limit: 100 },
    { agent, query: 'kettle', limit: 100, explain: true },
    { agent, passage_id: passage },
  ],
  delete_archival: ({ agent, passage }) => [{ agent, passage_id: passage }],
  create_archive: ({ canary, text }) => [{ name: `${canary}more`, description: text(10_000) }],
  detach_archive: ({ agent, archive }) => [{ agent, archive_id: archive }],
  attach_archive: ({ agent, archive }) => [{ agent, archive_id: archive }],
  list_archives: ({ agent }) => [{ limit: 100 }, { agent }],

  check_tool: ({ source, text }) => [{ source, description: text(9_000) }],
  create_tool: ({ source, text }) => [{ source, description: text(9_000) }],
  update_tool: ({ tool, text }) => [{ tool, description: text(9_000) }],
  diff_tool: ({ tool }) => [{ tool, from_version: 1 }],
  restore_tool: ({ tool }) => [{ tool, version: 1 }],
  get_tool: ({ tool }) => [{ tool }, { tool: 'send_message' }],
  tool_history: ({ tool }) => [{ tool, limit: 100 }],
  list_tools: ({ agent }) => [{ limit: 100 }, { agent }, { query: 'echo', limit: 1 }],
  detach_tool: ({ agent, tool }) => [{ agent, tool }],
  attach_tool: ({ agent, tool }) => [{ agent, tool }],
  run_tool: ({ agent, tool }) => [{ tool, agent, arguments: '{"text": "hello"}' }],
  list_tool_servers: () => [{}],

  search_conversation: ({ agent }) => [
    { agent, limit: 100 },
    { agent, query: 'tea', limit: 100, explain: true },
  ],
  inspect_context: ({ agent }) => [{ agent }, { agent, include_text: true }],
  compact_context: ({ second }) => [{ agent: second }],
  list_models: () => [{}],
  stats: () => [{}],
  digest_source: ({ agent, canary }) => [{ agent, source: `${canary}source`, label: 'digest' }],
  // Each is another way to it; the last one stops it.
  sync_block: ({ agent, tool, text }) => {
    const block = { agent, label: 'synced' }
    const from = { tool, arguments: JSON.stringify({ text: text(9_000) }) }
    return [
      { ...block, ...from, every_minutes: 60 },
      { ...block, every_minutes: 0 },
    ]
  },
  configure_sleeptime: ({ agent }) => [
    { agent, enabled: true, every_turns: 1_000 },
    { agent, enabled: false },
  ],
  load: ({ agent, text }) => [{ agent, text: text(50_000), name: text(400) }],
  list_jobs: ({ agent }) => [{ limit: 100 }, { agent, kind: 'load' }],
  cancel_job: ({ job }) => [{ job_id: job }],
  copy_agent: ({ second }) => [{ agent: second, with_history: true }],
  create_group: ({ agent, second, canary }) => [
    { name: `${canary}more`, manager: second, members: [agent] },
  ],
  list_groups: ({ agent, group }) => [{ limit: 100 }, { agent }, { group_id: group }],
  create_schedule: ({ agent, text }) =>
    [1, 2, 3].map((day) => ({ agent, message: text(9_000), at: `2100-01-0${day}` })),
  list_schedules: ({ agent, schedule }) => [{ limit: 100 }, { agent }, { schedule_id: schedule }],
  export_agent: ({ second }) => [{ agent: second }],
  import_agent: ({ file }) => [{ text: file }],
  delete_group: ({ group }) => [{ group_id: group, confirm: true }],
  delete_schedule: ({ schedule }) => [{ schedule_id: schedule }],
  reset_messages: ({ agent }) => [{ agent, confirm: true }],
  delete_tool: ({ tool }) => [{ tool, confirm: true }],
  delete_agent: ({ second }) => [{ agent: second, confirm: true }],
}
