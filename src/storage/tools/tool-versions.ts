import { storedId } from '../../core/ids.ts'
import { decodeCursor, pageOf } from '../../core/page.ts'
import { ToolDefinition } from '../../core/stored-tool.ts'
import { countCharacters } from '../../core/text.ts'
import type { QueryScope } from '../database/query-scope.ts'
import type { ToolReads } from '../port/store.ts'

export function toolVersionReads({
  db,
  namespace,
}: QueryScope): Pick<ToolReads, 'versions' | 'definitionAt'> {
  const all = (id: string) =>
    db
      .selectFrom('tool_version')
      .selectAll()
      .where('namespace', '=', namespace)
      .where('tool_id', '=', id)

  return {
    async versions(id, { limit, cursor }) {
      const [before] = decodeCursor(cursor) ?? []
      let select = all(id)
        .orderBy('version', 'desc')
        .limit(limit + 1)
      if (before !== undefined) select = select.where('version', '<', before)
      return pageOf(
        await select.execute(),
        limit,
        (row) => ({
          version: row.version,
          at: row.at,
          author: {
            name: row.author,
            runId: row.run_id === null ? undefined : storedId('run', row.run_id),
            callId: row.call_id === null ? undefined : storedId('call', row.call_id),
          },
          reason: row.reason,
          chars: countCharacters(definitionOf(row.definition).source),
        }),
        ({ version }) => [version],
      )
    },

    async definitionAt(id, version) {
      const row = await all(id).where('version', '=', version).executeTakeFirst()
      return row && definitionOf(row.definition)
    },
  }
}

function definitionOf(text: string): ToolDefinition {
  return ToolDefinition.parse(JSON.parse(text))
}
