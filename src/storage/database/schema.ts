import type { AgentTables } from './tables/agent-tables.ts'
import type { ArchiveTables } from './tables/archive-tables.ts'
import type { BlockTables } from './tables/block-tables.ts'
import type { CompanionTables } from './tables/companion-tables.ts'
import type { EmbeddingTables } from './tables/embedding-tables.ts'
import type { MessageTables } from './tables/message-tables.ts'
import type { RunTables } from './tables/run-tables.ts'
import type { ServerTables } from './tables/server-tables.ts'
import type { TeamTables } from './tables/team-tables.ts'
import type { ToolTables } from './tables/tool-tables.ts'

/**
 * The tables as queries see them. Times are ISO 8601 text in UTC, lists and bodies are JSON text, booleans are 0 or 1: the
 * same in every dialect. `row` numbers rows in insertion order.
 */
export interface Database
  extends AgentTables,
    BlockTables,
    ToolTables,
    ArchiveTables,
    MessageTables,
    RunTables,
    TeamTables,
    CompanionTables,
    EmbeddingTables,
    ServerTables {}
