import { openStorage } from '../../app.ts'
import type { Config } from '../../config.ts'
import { sumByModel } from '../../core/embedding-counts.ts'

/** Counts what there is. Whatever the settings, it only reads. */
export async function stats(config: Config): Promise<void> {
  const storage = await openStorage({ ...config, readOnly: true })
  try {
    const { agents, blocks, messages, passages, runs } = await storage.counts(config.namespace)
    const { location, bytes, schemaVersion } = await storage.info()
    const counted = Object.entries(runs).filter(([, count]) => count > 0)
    tell('Data', `${location}, schema ${schemaVersion}, ${(bytes / 1e6).toFixed(1)} MB`)
    for (const [subject, count] of Object.entries({ agents, blocks, messages, passages })) {
      tell(subject, count.toLocaleString('en'))
    }
    tell(
      'runs',
      counted.map(([status, count]) => `${count.toLocaleString('en')} ${status}`).join(', ') || '0',
    )
    const { superseded, found } = await storage.in(config.namespace).archives.counts()
    tell('found', `${count(found)} passages by agents; ${count(superseded)} superseded`)
    const sets = await storage.embeddings.counts()
    const own = sets.filter(({ namespace }) => namespace === config.namespace)
    for (const model of sumByModel(own)) {
      tell(
        'embedding',
        `${model.handle}: ${count(model.embedded)} embedded, ${count(model.waiting)} waiting, ${count(model.failed)} given up; ` +
          `an index of ${(model.indexBytes / 1e6).toFixed(1)} MB in a server that searches them`,
      )
    }
  } finally {
    await storage.close()
  }
}

const count = (number: number) => number.toLocaleString('en')

function tell(subject: string, finding: string): void {
  const name = `${subject[0]?.toUpperCase()}${subject.slice(1)}`
  process.stdout.write(`${name.padEnd(10)} ${finding}\n`)
}
