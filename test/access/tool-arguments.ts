import fc from 'fast-check'
import { TOOL_TABLE, toolWorld } from '../support/tool-table.ts'
import type { Filled } from './fill.ts'

/*
 * Arguments that reach from one namespace into another, for every tool there is: those of the table, and here what that
 * does not try.
 */

type Value = (own: Filled) => unknown
/** The arguments, as soon as it is known who calls. */
export type Arguments = (own: Filled) => Record<string, unknown>

type Fields = Readonly<Record<string, fc.Arbitrary<Value>>>

const always = (...values: readonly unknown[]) =>
  fc.constantFrom(...values).map((value) => () => value)
const mine = (name: keyof Filled): fc.Arbitrary<Value> => fc.constant((own: Filled) => own[name])

/** The id as it is, without its prefix, or in capitals. */
const spelled = (id: string) => always(id, id.replace(/^[a-z]+-/, ''), id.toUpperCase())

/** `sometimes` may be left out. */
function fields(always: Fields, sometimes: Fields = {}): fc.Arbitrary<Arguments> {
  const names = Object.keys(always)
  return fc
    .record({ ...always, ...sometimes }, { requiredKeys: names })
    .map(
      (made) => (own) =>
        Object.fromEntries(Object.entries(made).map(([name, value]) => [name, value?.(own)])),
    )
}

export function toolArguments(other: Filled): Readonly<Record<string, fc.Arbitrary<Arguments>>> {
  const fromTable = Object.entries(TOOL_TABLE).map(
    ([tool, calls]) => [tool, fc.constantFrom(...calls(toolWorld(other)).map(given))] as const,
  )
  return { ...Object.fromEntries(fromTable), ...moreArguments(other) }
}

const given = (args: Record<string, unknown>) => () => args

function moreArguments(other: Filled): Readonly<Record<string, fc.Arbitrary<Arguments>>> {
  const { canary } = other
  const theirs = fc.oneof(spelled(other.agent), always(other.second, other.secondName))
  const either = fc.oneof(theirs, mine('agent'))
  const foreign = { agent: theirs }
  const label = always('human', 'plans')
  const word = always(
    `${canary}shed`,
    `${canary}sheds`,
    `${canary}noo`,
    `${canary}key`,
    'kettle',
    'ketle',
    'garden',
    canary,
  )
  const run = fc.oneof(spelled(other.run), always(other.asking))
  const block = spelled(other.block)
  const archive = spelled(other.archive)
  const tool = spelled(other.tool)
  const text = always('Written from outside.')
  const version = always(1, 2)
  const tags = always([`${canary}place`], [`${canary}tag`], ['team'])
  const page = { limit: always(1, 50) }
  return {
    list_agents: fields(
      {},
      { query: always(other.secondName, `${canary}description`, 'garden'), tags, ...page },
    ),
    create_agent: fields(
      { name: always(other.secondName, 'Cleo') },
      { block_ids: always([other.block]), tags },
    ),
    send_message: fc.oneof(
      fields({ ...foreign, message: text }, { idempotency_key: always('once') }),
      fields({ agent: spelled(other.group), message: text }),
      fields({
        agent: mine('agent'),
        message: always(`What do you know about ${canary}key?`),
        idempotency_key: always(`${canary}once`),
        wait_seconds: always(30),
      }),
    ),
    get_run: fields({ run_id: run }, { include_steps: always(true), wait_seconds: always(0, 1) }),
    cancel_run: fields({ run_id: run }),
    respond_to_approval: fields(
      { run_id: always(other.asking, other.run), approve: always(true, false) },
      { tool_call_id: always(other.call) },
    ),
    read_memory: fields(foreign, { label }),
    write_memory_block: fields({ ...foreign, label, value: text }),
    replace_in_memory_block: fields({ ...foreign, label, old_text: always('tea'), new_text: text }),
    append_to_memory_block: fields({ ...foreign, label, text }),
    insert_archival: fc.oneof(
      fields({ ...foreign, text }),
      fields(
        { agent: mine('agent'), text },
        {
          supersedes: spelled(other.passage),
          archive_id: archive,
          source: always(`${canary}source`),
        },
      ),
    ),
    search_archival: fc.oneof(
      fields(foreign, { query: word }),
      fields({ agent: mine('agent') }, { query: word, tags, archive_id: archive, ...page }),
      fields({ agent: either, passage_id: spelled(other.passage) }),
    ),
    delete_archival: fields({ agent: either, passage_id: spelled(other.passage) }),
    search_conversation: fc.oneof(
      fields({ agent: either, around: spelled(other.message) }),
      fields({ agent: either }, { query: word, ...page }),
    ),
    get_agent: fields(foreign),
    update_agent: fields(foreign, { name: always('Taken'), description: text, tags }),
    delete_agent: fields({ ...foreign, confirm: always(true) }),
    inspect_context: fields({ agent: either }, { include_text: always(true) }),
    list_blocks: fields({}, { query: always(other.block, `${canary}plan`, 'plans'), ...page }),
    create_block: fields({ label, value: text }),
    attach_block: fields({ agent: either, block_id: block }),
    detach_block: fields({ agent: either, block_id: block }),
    memory_history: fields({ ...foreign, label }),
    diff_memory_block: fields({ ...foreign, label, from_version: version }),
    restore_memory_block: fields({ ...foreign, label, version }),
    read_memory_as_of: fields({ ...foreign, at: always('2100-01-01') }, { label }),
    list_archives: fields({}, { agent: either, archive_id: archive, ...page }),
    create_archive: fields({ name: always(`${canary}archive`) }, { agent: theirs }),
    attach_archive: fields({ agent: either, archive_id: archive }),
    detach_archive: fields({ agent: either, archive_id: archive }),
    list_tools: fields({}, { agent: either, query: always(`${canary}doc`, 'echo'), tags, ...page }),
    get_tool: fields({ tool }),
    check_tool: fields({ source: always('/** Adds. */ function add(a: number) { return a }') }),
    create_tool: fields({ source: always('/** Adds. */ function add(a: number) { return a }') }),
    update_tool: fields({ tool, description: text }),
    delete_tool: fields({ tool, confirm: always(true) }),
    tool_history: fields({ tool }),
    diff_tool: fields({ tool, from_version: version }),
    restore_tool: fields({ tool, version }),
    attach_tool: fields({ agent: either, tool }),
    detach_tool: fields({ agent: either, tool }),
    run_tool: fields({ tool, agent: theirs, arguments: always('{"text": "hi"}') }),
    configure_agent: fields({ ...foreign }, { compaction_threshold: always(0.5) }),
    compact_context: fields(foreign),
    reset_messages: fields({ ...foreign, confirm: always(true) }),
    list_runs: fields(
      {},
      {
        agent: theirs,
        status: always('requires_approval', 'completed'),
        parent_run_id: run,
        ...page,
      },
    ),
    // Runs of one batch are as old as each other, so the order of two would differ between the two sides.
    message_agents: fields({
      tags: always([`${canary}place`], [`${canary}tag`]),
      message: text,
      match_all: always(true, false),
    }),
    copy_agent: fields(foreign, {
      share_blocks: always(['human'], []),
      with_history: always(true),
    }),
    create_group: fields({
      name: always(`${canary}group`),
      manager: either,
      members: always([other.second], [other.secondName]),
    }),
    list_groups: fields({}, { group_id: spelled(other.group), agent: either, ...page }),
    delete_group: fields({ group_id: spelled(other.group), confirm: always(true) }),
    create_schedule: fields({ ...foreign, message: text, at: always('2100-01-01T08:00') }),
    list_schedules: fields({}, { schedule_id: spelled(other.schedule), agent: either, ...page }),
    delete_schedule: fields({ schedule_id: spelled(other.schedule) }),
    sync_block: fields({ agent: either, label, tool, every_minutes: always(0, 60) }),
    configure_sleeptime: fields({ ...foreign, enabled: always(true, false) }),
    digest_source: fields({
      agent: either,
      source: always(`${canary}source`),
      label: always('human', 'digest'),
    }),
    list_jobs: fields(
      {},
      { agent: theirs, job_id: spelled(other.job), kind: always('load', 'embed'), ...page },
    ),
    cancel_job: fields({ job_id: spelled(other.job) }),
    load: fields({ ...foreign, text, name: always(`${canary}paper`) }),
    list_models: fields({}, { query: always(canary) }),
    export_agent: fields(
      { agent: either },
      { export_id: always('export-6f1c3c1e-9a43-4d51-8d5c-2f6f0b6a7e11') },
    ),
  }
}
