import { openStorage } from '../../app/data.ts'
import type { Config } from '../../config/config.ts'
import { sumByModel } from '../../core/embedding-counts.ts'
import { type Asked, tell, tellJson } from '../terminal/tell.ts'

/** Prints counts. Never writes to the data, whatever the settings. */
export async function stats(config: Config, { json = false }: Asked): Promise<void> {
  const facts = await count(config)
  if (json) tellJson(facts)
  else print(facts)
}

type Facts = Awaited<ReturnType<typeof count>>

async function count(config: Config) {
  const storage = await openStorage({ ...config, readOnly: true })
  try {
    const { location, bytes, schemaVersion } = await storage.info()
    const counts = await storage.counts(config.namespace)
    const { superseded, found } = await storage.in(config.namespace).archives.counts()
    const spent = await storage.in(config.namespace).tokenUse.totals()
    const sets = await storage.embeddings.counts()
    const own = sets.filter(({ namespace }) => namespace === config.namespace)
    return {
      location,
      namespace: config.namespace,
      schema_version: schemaVersion,
      bytes,
      ...counts,
      passages_found: found,
      passages_superseded: superseded,
      tokens: { conversation: 0, background: 0, summary: 0, ...spent },
      embeddings: sumByModel(own).map(({ handle, embedded, waiting, failed, indexBytes }) => ({
        model: handle,
        embedded,
        waiting,
        failed,
        index_bytes: indexBytes,
      })),
    }
  } finally {
    await storage.close()
  }
}

function print(facts: Facts): void {
  const { agents, blocks, messages, passages, runs } = facts
  line('Data', `${facts.location}, schema ${facts.schema_version}, ${megabytes(facts.bytes)}`)
  for (const [subject, count] of Object.entries({ agents, blocks, messages, passages })) {
    line(subject, number(count))
  }
  const counted = Object.entries(runs).filter(([, count]) => count > 0)
  line('runs', counted.map(([status, count]) => `${number(count)} ${status}`).join(', ') || '0')
  line(
    'found',
    `${number(facts.passages_found)} passages by agents; ${number(facts.passages_superseded)} superseded`,
  )
  const { conversation, background, summary } = facts.tokens
  line(
    'tokens',
    `${number(conversation)} for conversations, ${number(background)} in the background, ${number(summary)} for summaries`,
  )
  for (const { model, embedded, waiting, failed, index_bytes } of facts.embeddings) {
    line(
      'embedding',
      `${model}: ${number(embedded)} embedded, ${number(waiting)} waiting, ${number(failed)} given up; ` +
        `an index of ${megabytes(index_bytes)} in a server that searches them`,
    )
  }
}

function line(subject: string, finding: string): void {
  const name = `${subject[0]?.toUpperCase()}${subject.slice(1)}`
  tell(`${name.padEnd(10)} ${finding}`)
}

const number = (value: number) => value.toLocaleString('en')
const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`
