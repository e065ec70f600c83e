import type DatabaseHandle from 'better-sqlite3'

/*
 * Rows whose owner could not be read. Content gets a placeholder owner, so that it can be reached again; rows that only
 * link two others, one of which is gone, are removed.
 */

export interface Adopted {
  /** Placeholder rows, by table. */
  readonly standIns: ReadonlyMap<string, number>
  /** Removed rows, by table. */
  readonly removed: ReadonlyMap<string, number>
}

interface Violation {
  readonly table: string
  readonly rowid: number | null
  readonly parent: string
  readonly fkid: number
}

interface ForeignKey {
  readonly id: number
  readonly from: string
  readonly to: string
}

const TOOLS =
  '["send_message","core_memory_append","core_memory_replace","archival_memory_insert","archival_memory_search","conversation_search"]'

/** Each agent has its default conversation, and messages, summaries and runs have theirs. */
const ADOPTED_CONVERSATIONS = `
  INSERT INTO conversation (namespace, id, agent_id, created_at)
  SELECT namespace, id, agent_id, @now FROM (
    SELECT namespace, 'conv-' || substr(id, 7) AS id, id AS agent_id FROM agent
    UNION SELECT namespace, conversation_id, agent_id FROM message
    UNION SELECT namespace, conversation_id, agent_id FROM summary
    UNION SELECT namespace, conversation_id, agent_id FROM run
  ) AS wanted
  WHERE NOT EXISTS (
    SELECT 1 FROM conversation WHERE conversation.namespace = wanted.namespace AND conversation.id = wanted.id)`

/** Column values of a placeholder row besides its key; columns with a default are omitted. */
function standIn(
  parent: string,
  now: string,
): Readonly<Record<string, string | number>> | undefined {
  switch (parent) {
    case 'agent':
      return {
        name: 'Salvaged agent',
        description: '',
        agent_type: 'memgpt_agent',
        context_window: 32_000,
        tools: TOOLS,
        tool_rules: '[]',
        last_message: 0,
        created_at: now,
        updated_at: now,
      }
    case 'archive':
      return { name: 'Salvaged archive', created_at: now }
    case 'block':
      return {
        label: 'salvaged',
        value: '',
        description: '',
        value_limit: 5_000,
        read_only: 0,
        version: 1,
        created_at: now,
        updated_at: now,
      }
    case 'run':
      return {
        agent_id: '',
        accepted_by: '',
        status: 'failed',
        input: '',
        max_steps: 1,
        cancel_requested: 0,
        warnings: '[]',
        created_at: now,
        completed_at: now,
      }
    default:
      return undefined
  }
}

/** Runs with foreign keys off, in one transaction. */
export function adoptOrphans(handle: DatabaseHandle.Database, now: string): Adopted {
  const standIns = new Map<string, number>()
  const removed = new Map<string, number>()
  const add = (counts: Map<string, number>, table: string) =>
    counts.set(table, (counts.get(table) ?? 0) + 1)
  // A placeholder may need a placeholder owner itself.
  for (let round = 0; round < 4; round += 1) {
    const violations = handle.pragma('foreign_key_check') as Violation[]
    if (violations.length === 0) break
    for (const { table, rowid, parent, fkid } of violations) {
      const key = (handle.pragma(`foreign_key_list("${table}")`) as ForeignKey[]).filter(
        ({ id }) => id === fkid,
      )
      const child = handle.prepare(`SELECT * FROM "${table}" WHERE rowid = ?`).get(rowid) as
        | Record<string, unknown>
        | undefined
      if (!child) continue
      const values = standIn(parent, now)
      const own = Object.fromEntries(key.map(({ from, to }) => [to, child[from]]))
      if (values && parent !== 'run' && insert(handle, parent, { ...values, ...own })) {
        add(standIns, parent)
        continue
      }
      if (parent === 'run' && values) {
        const place = handle
          .prepare('SELECT agent_id, conversation_id FROM message WHERE run_id = ? LIMIT 1')
          .get(own.id) as Record<string, string> | undefined
        if (place && insert(handle, parent, { ...values, ...place, ...own })) {
          add(standIns, parent)
          continue
        }
      }
      if (isThere(handle, parent, own)) continue
      handle.prepare(`DELETE FROM "${table}" WHERE rowid = ?`).run(rowid)
      add(removed, table)
    }
  }
  const adopted = handle.prepare(ADOPTED_CONVERSATIONS).run({ now }).changes
  if (adopted > 0) standIns.set('conversation', adopted)
  handle.exec(`
    UPDATE run SET root_run_id = id WHERE root_run_id = '';
    UPDATE block SET (label, value, description, value_limit, version) = (
      SELECT 'salvaged', value, description, value_limit, version FROM block_version
      WHERE block_version.namespace = block.namespace AND block_id = block.id ORDER BY version DESC LIMIT 1
    ) WHERE label = 'salvaged' AND EXISTS (
      SELECT 1 FROM block_version WHERE block_version.namespace = block.namespace AND block_id = block.id);
    UPDATE agent SET last_message = max(last_message, coalesce(
      (SELECT max(seq) FROM message WHERE message.namespace = agent.namespace AND agent_id = agent.id), 0));
    UPDATE archive SET
      passage_count = (SELECT count(*) FROM passage WHERE passage.namespace = archive.namespace AND archive_id = archive.id),
      superseded_count = (SELECT count(*) FROM passage WHERE passage.namespace = archive.namespace AND archive_id = archive.id AND superseded_by IS NOT NULL),
      found_count = (SELECT count(*) FROM passage WHERE passage.namespace = archive.namespace AND archive_id = archive.id AND found_count > 0);
  `)
  return { standIns, removed }
}

function isThere(
  handle: DatabaseHandle.Database,
  table: string,
  key: Record<string, unknown>,
): boolean {
  const condition = Object.keys(key)
    .map((column) => `"${column}" = ?`)
    .join(' AND ')
  return (
    handle.prepare(`SELECT 1 FROM "${table}" WHERE ${condition}`).get(...Object.values(key)) !==
    undefined
  )
}

/** False: the row exists. */
function insert(
  handle: DatabaseHandle.Database,
  table: string,
  values: Record<string, unknown>,
): boolean {
  const columns = Object.keys(values).map((column) => `"${column}"`)
  const marks = columns.map(() => '?')
  const statement = handle.prepare(
    `INSERT OR IGNORE INTO "${table}" (${columns.join(', ')}) VALUES (${marks.join(', ')})`,
  )
  return statement.run(...Object.values(values)).changes === 1
}
