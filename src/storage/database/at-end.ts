import type { Connection } from './dialect.ts'

type Write = () => Promise<void>

const lastWrites = new WeakMap<Connection, Write[]>()

/** Writes rows that many transactions share, so that none waits for anything while it holds one. */
export async function atEnd(db: Connection, write: Write): Promise<void> {
  const writes = lastWrites.get(db)
  if (writes) writes.push(write)
  else await write()
}

/** Runs the work of a transaction, and then what it left for its end. */
export async function withEnd<T>(db: Connection, work: () => Promise<T>): Promise<T> {
  const writes: Write[] = []
  lastWrites.set(db, writes)
  const result = await work()
  lastWrites.delete(db)
  for (const write of writes) await write()
  return result
}
