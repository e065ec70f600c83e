import { openModels, openStorage } from '../../app.ts'
import { type Config, secretsOf } from '../../config.ts'
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
  const dataWorks = await checkData(config, tell)
  const modelWorks = await checkModel(config, tell)
  if (dataWorks) await checkEmbeddings(config, tell)
  tell('Providers', configuredProviders(config))
  if (!dataWorks || !modelWorks) process.exitCode = 1
}

type Tell = (subject: string, finding: string) => void

async function checkData(config: Config, tell: Tell): Promise<boolean> {
  try {
    const storage = await openStorage(config)
    const { schemaVersion, location } = await storage.info()
    await storage.close()
    tell('Data', `ok: ${location}, schema ${schemaVersion}`)
    return true
  } catch (error) {
    tell('Data', `FAILED: ${messageOf(error)}`)
    return false
  }
}

async function checkModel(config: Config, tell: Tell): Promise<boolean> {
  const models = await openModels(config)
  try {
    const { handle, reason } = await models.describeDefault()
    const model = await models.resolve(null)
    const request = {
      messages: [{ role: 'user', text: 'Answer with the one word: ready' }],
      tools: [],
      toolChoice: 'auto',
    } as const
    const result = await model.call(request, AbortSignal.timeout(PATIENCE_MILLISECONDS))
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
