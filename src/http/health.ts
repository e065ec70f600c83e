import type { IncomingMessage, ServerResponse } from 'node:http'
import { answerJson, refuseMoreThanReading } from './answers.ts'

export interface HealthOptions {
  readonly version: string
  /** Reads the schema version from the database; undefined if there is no database. */
  readonly schemaVersion?: (() => Promise<number>) | undefined
}

/** A database that is slower than this counts as down; chosen by hand. */
const ANSWER_MILLISECONDS = 2_000
/** The answer is cached for this time, because the endpoint needs no token. Chosen by hand. */
const KEEP_MILLISECONDS = 1_000

/** Health of the server, without anything that only the owner of the data may know. */
export function createHealth({ version, schemaVersion }: HealthOptions) {
  let asked: Promise<number | undefined> | undefined
  const ask = (question: () => Promise<number>) => {
    if (asked !== undefined) return asked
    asked = within(ANSWER_MILLISECONDS, question()).catch(() => undefined)
    const forget = () => {
      asked = undefined
    }
    void asked.then(() => setTimeout(forget, KEEP_MILLISECONDS).unref())
    return asked
  }
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (refuseMoreThanReading(request, response)) return
    response.setHeader('Cache-Control', 'no-store')
    if (schemaVersion === undefined) return answerJson(response, 200, { status: 'ok', version })
    const schema = await ask(schemaVersion)
    if (schema === undefined) {
      return answerJson(response, 503, { status: 'unavailable', version, database: 'no answer' })
    }
    answerJson(response, 200, { status: 'ok', version, schema_version: schema, database: 'ok' })
  }
}

async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('it took too long')), milliseconds)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
