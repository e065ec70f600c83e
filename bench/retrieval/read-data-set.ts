import { statSync } from 'node:fs'
import { readBeam } from './beam.ts'
import type { DataSet } from './data-set.ts'
import { readLocomo } from './locomo.ts'
import { readLongMemEval } from './longmemeval.ts'
import { readRealtalk } from './realtalk.ts'
import { readSmart } from './smart.ts'
import { readSquad } from './squad.ts'

/** Each knows its data by its shape, and answers undefined to what it does not know. */
const READERS = [readLocomo, readRealtalk, readLongMemEval, readSquad, readBeam, readSmart]

export function readDataSet(path: string): DataSet {
  if (!statSync(path, { throwIfNoEntry: false })) throw new Error(`There is nothing at ${path}.`)
  for (const read of READERS) {
    const found = read(path)
    if (found) return found
  }
  throw new Error(
    `${path} is none of what is known: a file of LoCoMo, LongMemEval or XQuAD, a folder of BEAM's or REALTALK's chats, a folder with a SMART collection.`,
  )
}
