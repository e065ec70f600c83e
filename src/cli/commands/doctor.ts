import type { Storage } from '../../app/app.ts'
import { openDataFiles, openStorage } from '../../app/data.ts'
import type { Config } from '../../config/config.ts'
import { secretsOf } from '../../config/secrets.ts'
import { readId } from '../../core/ids.ts'
import { normalText } from '../../core/text.ts'
import { VERSION } from '../../core/version.ts'
import type { Asked } from '../terminal/tell.ts'
import { describeKept } from './describe-kept.ts'
import { checkEmbeddings } from './doctor-embeddings.ts'
import { forgetLearned, tellLearned } from './doctor-learned.ts'
import { checkModel } from './doctor-model.ts'
import { createReport, type Tell } from './doctor-report.ts'
import { checkTools } from './doctor-tools.ts'

/** Checks everything that agents need, and reports the results and how to fix problems. */
export async function doctor(
  config: Config,
  { json = false, forget }: Asked & { readonly forget?: string | undefined },
): Promise<void> {
  const { tell, end } = createReport(secretsOf(config), json)
  tell(
    'Recollect',
    `${VERSION} on Node ${process.versions.node}, ${process.platform} ${process.arch}`,
    { version: VERSION, node: process.versions.node },
  )
  if (config.readOnly) tell('Mode', 'read-only: agents can be looked at, not talked to')
  const dataWorks = await checkData(config, tell)
  if (dataWorks && forget !== undefined) await forgetLearned(config, forget, tell)
  // A read-only server never calls the model.
  const modelWorks = config.readOnly || (await checkModel(config, tell, dataWorks))
  if (dataWorks) await checkEmbeddings(config, tell)
  if (dataWorks) await tellLearned(config, tell)
  await checkTools(config, tell)
  tell('Providers', configuredProviders(config))
  for (const { notes = [] } of config.providers.values()) for (const note of notes) tell('', note)
  if (!dataWorks || !modelWorks) process.exitCode = 1
  end(dataWorks && modelWorks)
}

type Store = ReturnType<Storage['in']>

async function checkData(config: Config, tell: Tell): Promise<boolean> {
  try {
    const storage = await openStorage(config)
    try {
      const { schemaVersion, location } = await storage.info()
      tell('Data', `ok: ${location}, schema ${schemaVersion}`, {
        data: { location, schema_version: schemaVersion },
      })
      if (!(await checkFiles(config, storage, tell))) return false
      return (
        config.agent === null ||
        (await checkAgent(storage.in(config.namespace), config.agent, tell))
      )
    } finally {
      await storage.close()
    }
  } catch (error) {
    tell('Data', `FAILED: ${messageOf(error)}`)
    return false
  }
}

/** More than these are of no help; chosen by hand. */
const MAX_PROBLEMS = 3
const MAX_KEPT_FILES = 4

/** Reads all of the data, and checks where and how it is stored. */
async function checkFiles(config: Config, storage: Storage, tell: Tell): Promise<boolean> {
  if (config.database.kind === 'postgres') return true
  const problems = await storage.check()
  const { path, kept, checkPlace } = await openDataFiles(config)
  if (problems.length > 0) {
    const some = problems.slice(0, MAX_PROBLEMS).join('; ')
    const more =
      problems.length > MAX_PROBLEMS ? `, and ${problems.length - MAX_PROBLEMS} more` : ''
    tell(
      'Integrity',
      `FAILED: the data is damaged (${some}${more}). Stop the servers, then bring back a backup with recollect restore <file>, ` +
        `or copy out what can still be read with recollect salvage ${path} <new>.`,
      { integrity: problems },
    )
  } else {
    tell('Integrity', 'ok: every row and index was checked', { integrity: [] })
  }
  for (const warning of checkPlace()) tell('Place', warning)
  const files = kept()
  for (const file of files.slice(0, MAX_KEPT_FILES)) tell('Kept', describeKept(file))
  if (files.length > 0) {
    const more = files.length > MAX_KEPT_FILES ? `${files.length - MAX_KEPT_FILES} more; ` : ''
    tell('', `${more}what was deleted since may still stand there; recollect purge removes them.`)
  }
  return problems.length === 0
}

async function checkAgent({ agents }: Store, reference: string, tell: Tell): Promise<boolean> {
  const id = readId('agent', reference)
  const byId = id && (await agents.get(id))
  const [agent, ...others] = byId ? [byId] : await agents.named(normalText(reference), 2)
  if (agent && others.length === 0) {
    tell('Agent', `ok: ${agent.name} (${agent.id}), no other is served`)
    return true
  }
  const problem = agent ? 'more than one agent has that name' : 'there is no such agent'
  tell('Agent', `FAILED: RECOLLECT_AGENT is "${reference}", and ${problem}. Give the id of one.`)
  return false
}

function configuredProviders({ providers }: Config): string {
  const names = [...providers].filter(([, { isConfigured }]) => isConfigured).map(([name]) => name)
  return names.length > 0
    ? `set up: ${names.join(', ')}`
    : 'none set up; set OPENAI_API_KEY, for example'
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
