import type { Kysely } from 'kysely'
import type { Clock } from '../core/clock.ts'
import { UserError } from '../core/errors.ts'
import { rememberedText } from '../core/remembered.ts'
import { agentReads, agentWrites } from './agents/agents.ts'
import { signingKey } from './auth/signing-key.ts'
import { createTokenStore } from './auth/tokens.ts'
import { blockReads, blockWrites } from './blocks/blocks.ts'
import { collectChanges, hasChanged } from './changes/changes.ts'
import { companionWrites } from './companions/companions.ts'
import { sleeptimeReads, sleeptimeWrites } from './companions/sleeptime.ts'
import { conversationReads, conversationWrites } from './conversations/conversations.ts'
import { countRows } from './count-rows.ts'
import { withEnd } from './database/at-end.ts'
import type { Connection, Dialect } from './database/dialect.ts'
import { lazyParts } from './database/lazy-parts.ts'
import { createMessageCache, type DraftCache, draftOf } from './database/message-cache.ts'
import type { QueryScope } from './database/query-scope.ts'
import type { Database } from './database/schema.ts'
import type { Searches } from './database/search-request.ts'
import { createEmbeddingTasks } from './embedding/embedding-tasks.ts'
import { vectorWrites } from './embedding/vector-sets.ts'
import { fileReads, fileWrites } from './files/files.ts'
import { groupReads, groupWrites } from './groups/groups.ts'
import { createJobQueue } from './jobs/job-queue.ts'
import { jobWrites } from './jobs/job-writes.ts'
import { jobReads } from './jobs/jobs.ts'
import { messageSearches } from './messages/message-search.ts'
import { messageWrites } from './messages/message-writes.ts'
import { messageReads } from './messages/messages.ts'
import { createLearnedStore } from './models/learned.ts'
import { tokenUseReads, tokenUseWrites } from './models/token-use.ts'
import { archiveReads, archiveWrites } from './passages/archives.ts'
import { passageSearches } from './passages/passage-search.ts'
import { passageWrites } from './passages/passage-writes.ts'
import { passageReads } from './passages/passages.ts'
import { pictureReads, pictureWrites } from './pictures/pictures.ts'
import type { ChangeLog, Reads, Storage, StorageInfo, Store, Transaction } from './port/store.ts'
import { approvalWrites } from './runs/approvals.ts'
import { askWrites } from './runs/asks.ts'
import { createEndpointStore } from './runs/endpoints.ts'
import { createClaims } from './runs/run-queue.ts'
import { runWrites } from './runs/run-writes.ts'
import { runReads } from './runs/runs.ts'
import { callReads } from './runs/tool-calls.ts'
import { waitReads, waitWrites } from './runs/waits.ts'
import { createDueSchedules, scheduleReads, scheduleWrites } from './schedules/schedules.ts'
import { gatherEntries } from './search/gather-entries.ts'
import { toolReads, toolWrites } from './tools/tools.ts'
import { walkReads } from './walks/walks.ts'

export interface Opened {
  readonly dialect: Dialect
  /** For queries outside transactions; never waits for a writer. */
  readonly reader: Kysely<Database>
  /**
   * Runs work in a transaction of this version of the schema, perhaps more than once. Null: it was opened to read
   * only.
   */
  readonly transact: Transact | null
  readonly schemaVersion: number
  readonly clock: Clock
  readonly info: () => Promise<Omit<StorageInfo, 'schemaVersion'>>
  /** Hands `work` a connection that sees the database as it is now, until it ends. */
  readonly snapshot: <T>(work: (db: Kysely<Database>) => Promise<T>) => Promise<T>
  readonly searches: Searches
  /** The memory that indexes of vectors may take. */
  readonly vectorBytes: number
  readonly changes: Pick<
    ChangeLog,
    'head' | 'after' | 'isInOrder' | 'mayHaveChanged' | 'onNotice'
  > & {
    /** Called after each commit, for other processes. */
    readonly committed?: () => void
  }
  readonly backup: (target: string) => Promise<void>
  readonly check: () => Promise<readonly string[]>
  readonly close: () => Promise<void>
}

export type Transact = <T>(work: (trx: Connection) => Promise<T>) => Promise<T>

/** The port over an opened, migrated database of any dialect. */
export function createStorage(opened: Opened): Storage {
  const { reader, schemaVersion, searches, changes } = opened
  const words = gatherEntries(opened.dialect.textSearch)
  const dialect = { ...opened.dialect, textSearch: words.textSearch }
  const messageCache = createMessageCache()
  /** Caches of the transactions in progress. */
  const drafts = new WeakMap<Connection, DraftCache>()
  const scopeOf = (namespace: string, db: Connection): QueryScope => ({
    db,
    namespace,
    dialect,
    messageCache: drafts.get(db) ?? messageCache,
    searches,
  })
  const listeners: Parameters<ChangeLog['onCommit']>[0][] = []

  const begin: Transact = opened.transact ?? refuseWrite
  const transact: Transact = async (work) => {
    let draft: DraftCache | undefined
    const { result, logged } = await begin((trx) => {
      draft = draftOf(messageCache)
      drafts.set(trx, draft)
      return collectChanges(trx, dialect, (db) =>
        withEnd(db, () => words.gather(db, () => work(db))),
      )
    })
    draft?.commit()
    changes.committed?.()
    for (const listener of listeners) listener(logged)
    return result
  }

  return {
    in: rememberedText((namespace): Store => {
      const scope = scopeOf(namespace, reader)
      return {
        ...readsOf(scope),
        messages: { ...messageReads(scope), ...messageSearches(scope) },
        passages: { ...passageReads(scope), ...passageSearches(scope) },
        walks: walkReads(scope),
        snapshot: (work) =>
          opened.snapshot((db) => {
            // A single read of everything would evict what others read often.
            const own = { ...scopeOf(namespace, db), messageCache: createMessageCache() }
            return work(readsOf(own))
          }),
        transaction: (work) =>
          transact((trx) => work(transactionOf({ ...scopeOf(namespace, trx), writes: true }))),
      }
    }),
    claims: createClaims(reader, dialect, {
      transact,
      transactionOf: (namespace, trx) =>
        transactionOf({ ...scopeOf(namespace, trx), writes: true }),
    }),
    jobs: createJobQueue(reader, dialect, transact),
    embeddings: createEmbeddingTasks(reader, dialect, transact, opened.vectorBytes),
    schedules: createDueSchedules(reader),
    tokens: createTokenStore(reader, transact),
    learned: createLearnedStore(reader, transact),
    endpoints: createEndpointStore(reader, transact),
    changes: {
      head: changes.head,
      after: changes.after,
      isInOrder: changes.isInOrder,
      mayHaveChanged: changes.mayHaveChanged,
      onNotice: changes.onNotice,
      onCommit(listener) {
        listeners.push(listener)
      },
    },
    async info() {
      return { ...(await opened.info()), schemaVersion }
    },
    async schemaVersion() {
      const row = reader.selectFrom('schema_version').select('version')
      return (await row.executeTakeFirstOrThrow()).version
    },
    counts: (namespace) => countRows(reader, namespace),
    clock: opened.clock,
    indexBytes: opened.searches.indexBytes,
    prepareSearch: opened.searches.prepare,
    signingKey: (name) => signingKey(reader, transact, name),
    backup: opened.backup,
    check: opened.check,
    close: opened.close,
  }
}

async function refuseWrite(): Promise<never> {
  throw new UserError(
    'read_only',
    'This server only reads (RECOLLECT_READ_ONLY), so nothing was changed. Use one that may write.',
  )
}

function readsOf(scope: QueryScope): Reads {
  return {
    agents: agentReads(scope),
    archives: archiveReads(scope),
    blocks: blockReads(scope),
    conversations: conversationReads(scope),
    files: fileReads(scope),
    messages: messageReads(scope),
    passages: passageReads(scope),
    pictures: pictureReads(scope),
    runs: { ...runReads(scope), ...callReads(scope), ...waitReads(scope) },
    tools: toolReads(scope),
    jobs: jobReads(scope),
    groups: groupReads(scope),
    schedules: scheduleReads(scope),
    sleeptime: sleeptimeReads(scope),
    tokenUse: tokenUseReads(scope),
  }
}

const transactionOf = lazyParts<QueryScope, Transaction>({
  agents: (scope) => ({ ...agentReads(scope), ...agentWrites(scope) }),
  archives: (scope) => ({ ...archiveReads(scope), ...archiveWrites(scope) }),
  blocks: (scope) => ({ ...blockReads(scope), ...blockWrites(scope) }),
  conversations: (scope) => ({ ...conversationReads(scope), ...conversationWrites(scope) }),
  files: (scope) => ({ ...fileReads(scope), ...fileWrites(scope) }),
  messages: (scope) => ({ ...messageReads(scope), ...messageWrites(scope) }),
  passages: (scope) => ({ ...passageReads(scope), ...passageWrites(scope) }),
  pictures: (scope) => ({ ...pictureReads(scope), ...pictureWrites(scope) }),
  runs: (scope) => ({
    ...runReads(scope),
    ...callReads(scope),
    ...waitReads(scope),
    ...runWrites(scope),
    ...approvalWrites(scope),
    ...askWrites(scope),
    ...waitWrites(scope),
  }),
  tools: (scope) => ({ ...toolReads(scope), ...toolWrites(scope) }),
  jobs: (scope) => ({ ...jobReads(scope), ...jobWrites(scope) }),
  groups: (scope) => ({ ...groupReads(scope), ...groupWrites(scope) }),
  schedules: (scope) => ({ ...scheduleReads(scope), ...scheduleWrites(scope) }),
  companions: (scope) => companionWrites(scope),
  sleeptime: (scope) => ({ ...sleeptimeReads(scope), ...sleeptimeWrites(scope) }),
  tokenUse: (scope) => ({ ...tokenUseReads(scope), ...tokenUseWrites(scope) }),
  vectors: (scope) => vectorWrites(scope),
  hasChanged: (scope) => (kind) => hasChanged(scope.db, kind),
})
