import { openModels, openStorage, type Storage } from '../../app.ts'
import { type Config, secretsOf } from '../../config.ts'
import { readId } from '../../core/ids.ts'
import { redactSecrets } from '../../core/redact.ts'
import { VERSION } from '../../core/version.ts'
import { checkEmbeddings } from './doctor-embeddings.ts'

/** For a local engine that has to load its model first. */
const PATIENCE_MILLISECONDS = 60_000

/** Tries what agents need, tells what it found and how to mend it. */
export async function doctor(config: Config): Promise<void> {
  const secrets = secretsOf(config)
  const tell = (subject: string, finding: string) =>
    process.stdout.write(`${redactSecrets(`${subject.padEnd(10)} ${finding}`, secrets)}\n`)
  tell(
    'Recollect',
    `${VERSION} on Node ${process.versions.node}, ${process.platform} ${process.arch}`,
  )
  if (config.readOnly) tell('Mode', 'read-only: agents can be looked at, not talked to')
  const dataWorks = await checkData(config, tell)
  // Whoever only reads asks no model.
  const modelWorks = config.readOnly || (await checkModel(config, tell))
  if (dataWorks) await checkEmbeddings(config, tell)
  tell('Providers', configuredProviders(config))
  if (!dataWorks || !modelWorks) process.exitCode = 1
}

type Store = ReturnType<Storage['in']>

type Tell = (subject: string, finding: string) => void

async function checkData(config: Config, tell: Tell): Promise<boolean> {
  try {
    const storage = await openStorage(config)
    try {
      const { schemaVersion, location } = await storage.info()
      tell('Data', `ok: ${location}, schema ${schemaVersion}`)
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

async function checkAgent({ agents }: Store, reference: string, tell: Tell): Promise<boolean> {
  const id = readId('agent', reference)
  const byId = id && (await agents.get(id))
  const [agent, ...others] = byId ? [byId] : await agents.named(reference, 2)
  if (agent && others.length === 0) {
    tell('Agent', `ok: ${agent.name} (${agent.id}), no other is served`)
    return true
  }
  const problem = agent ? 'more than one agent has that name' : 'there is no such agent'
  tell('Agent', `FAILED: RECOLLECT_AGENT is "${reference}", and ${problem}. Give the id of one.`)
  return false
}

async function checkModel(config: Config, tell: Tell): Promise<boolean> {
  const models = await openModels(config)
  try {
    const { handle, reason } = await models.describeDefault()
    const model = await models.resolve(null)
    if (model.isClients) {
      tell(
        'Model',
        `ok: ${handle} (${reason}), the model of the client, which can only be tried from there`,
      )
      return true
    }
    const request = {
      messages: [{ role: 'user', text: 'Answer with the one word: ready' }],
      tools: [],
      toolChoice: 'auto',
    } as const
    const result = await model.call(request, {
      signal: AbortSignal.timeout(PATIENCE_MILLISECONDS),
    })
    if (result.kind === 'failure') {
      tell(
        'Model',
        `FAILED: ${handle} (${reason}). ${result.failure.message} ${result.failure.hint}`,
      )
      return false
    }
    tell('Model', `ok: ${handle} (${reason})`)
    for (const warning of model.warnings) tell('', warning)
    return true
  } catch (error) {
    tell('Model', `FAILED: ${messageOf(error)}`)
    return false
  }
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
