import type { Connection, Dialect } from '../database/dialect.ts'
import { initial } from './0001-initial.ts'
import { toolRules } from './0002-tool-rules.ts'
import { context } from './0003-context.ts'
import { blockHistory } from './0004-block-history.ts'
import { search } from './0005-search.ts'
import { embeddings } from './0006-embeddings.ts'
import { archives } from './0007-archives.ts'
import { runLists } from './0008-run-lists.ts'
import { clientModel } from './0009-client-model.ts'
import { tokens } from './0010-tokens.ts'
import { queues } from './0011-queues.ts'
import { normalForm } from './0013-normal-form.ts'
import { models } from './0014-models.ts'
import { secureDelete } from './0015-secure-delete.ts'
import { hooks } from './0016-hooks.ts'
import { providerExtras } from './0017-provider-extras.ts'
import { metadata } from './0018-metadata.ts'
import { conversations } from './0019-conversations.ts'
import { jobs } from './0020-jobs.ts'
import { clientRuns } from './0021-client-runs.ts'
import { pictures } from './0022-pictures.ts'
import { expiry } from './0023-expiry.ts'
import { transcripts } from './0024-transcripts.ts'
import { teams } from './0025-teams.ts'
import { tools } from './0026-tools.ts'
import { companions } from './0027-companions.ts'
import { groups } from './0028-groups.ts'
import { routes } from './0029-routes.ts'
import { files } from './0030-files.ts'
import { folders } from './0031-folders.ts'

/** Runs inside the migrator's transaction; must use only `db`. */
export type Migration = (db: Connection, dialect: Dialect) => Promise<void>

/** Schema version n is the result of the first n migrations. Append only. */
export const MIGRATIONS: readonly Migration[] = [
  initial,
  toolRules,
  context,
  blockHistory,
  search,
  embeddings,
  archives,
  runLists,
  clientModel,
  tokens,
  queues,
  secureDelete,
  normalForm,
  hooks,
  models,
  providerExtras,
  metadata,
  conversations,
  jobs,
  clientRuns,
  pictures,
  expiry,
  transcripts,
  teams,
  tools,
  companions,
  groups,
  routes,
  files,
  folders,
]
