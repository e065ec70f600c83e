import {
  closeSync,
  copyFileSync,
  existsSync,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs'
import {
  type Finding,
  type FoundFiles,
  HEADER_BYTES,
  judge,
  readSharedIndex,
  readStamp,
} from './generation.ts'
import { readWal } from './read-wal.ts'

/** Reports findings about files beside the data to the user. */
export type Tell = (sentence: string) => void

/**
 * Handles leftovers of a crash or of copied files; requires that no other process has the data open. A -wal that does
 * not belong to the file is renamed with a date; nothing is deleted.
 */
export function settleFiles(path: string, now: Date, tell: Tell): void {
  const wal = `${path}-wal`
  const found = findFiles(path)
  const finding = judge(found)
  if (finding.kind === 'fits') {
    // SQLite goes by a -wal that is there, and leaves a file that says otherwise, as a backup does, as it is. Once that
    // -wal was emptied, other processes would take the file for one without, and wait for a lock that never comes.
    if (typeof found.wal === 'object' && found.wal?.frames === 0) truncateSync(wal)
    return
  }
  const aside = asideName(path, now)
  const putAside = () => {
    renameSync(wal, aside)
    rmSync(`${path}-shm`, { force: true })
  }
  switch (finding.kind) {
    case 'foreign':
      putAside()
      tell(
        `${wal} belongs to another file than the ${path} that is there now, as after a backup was put in its place by hand. ` +
          `It was not used, and is kept as ${aside}. Next time use recollect restore <file>.`,
      )
      return
    case 'orphan':
      putAside()
      tell(
        `${path} was missing or empty while its ${wal} was there, so it had been deleted or moved. An empty one was begun, and the -wal is kept as ${aside}. ` +
          'If that was not meant, stop the servers and bring the data back with recollect restore <file>.',
      )
      return
    case 'cut':
      if (finding.useless) putAside()
      else copyFileSync(wal, aside)
      tell(
        `${wal} is damaged or was cut short after the last server was killed, so the newest writes are missing. ` +
          `What it held is kept as ${aside}. Run recollect doctor, which checks the rest.`,
      )
      return
    case 'lost':
      rmSync(`${path}-shm`, { force: true })
      tell(
        `${wal} is gone that the last server left when it was killed, so the newest writes are missing. ` +
          'If you have it, stop the servers and put it back beside the file. Run recollect doctor, which checks the rest.',
      )
      return
    case 'perhaps lost':
      tell(
        `${path} was not closed by Recollect, and its -wal is not there. If it was copied or moved without its -wal, or that was deleted, the newest writes are missing; ` +
          'if another program opened it since, all is well. Run recollect doctor, which checks it.',
      )
  }
}

export function examineFiles(path: string): Finding {
  return judge(findFiles(path))
}

function findFiles(path: string): FoundFiles {
  return { main: readMain(path), wal: readBeside(path), shared: readShared(path) }
}

function readMain(path: string): FoundFiles['main'] {
  return withFile(path, 'empty', (file, size) => {
    if (size === 0) return 'empty'
    return readStamp(readAt(file, 0, HEADER_BYTES)) ?? 'no database'
  })
}

function readBeside(path: string): FoundFiles['wal'] {
  return withFile<FoundFiles['wal']>(`${path}-wal`, null, (file, size) =>
    size === 0 ? 'empty' : readWal((at, length) => readAt(file, at, length), size),
  )
}

function readShared(path: string): FoundFiles['shared'] {
  const shm = `${path}-shm`
  return existsSync(shm) && statSync(shm).isFile() ? readSharedIndex(readFileSync(shm)) : undefined
}

function withFile<T>(path: string, missing: T, work: (file: number, size: number) => T): T {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return missing
  const file = openSync(path, 'r')
  try {
    return work(file, fstatSync(file).size)
  } finally {
    closeSync(file)
  }
}

function readAt(file: number, at: number, length: number): Buffer {
  const buffer = Buffer.alloc(length)
  return buffer.subarray(0, readSync(file, buffer, 0, length, at))
}

function asideName(path: string, now: Date): string {
  for (let number = 0; ; number += 1) {
    const name = `${path}-wal.${dated(now, number)}.aside`
    if (!existsSync(name)) return name
  }
}

/** File name suffix that sorts by time. */
export function dated(now: Date, number = 0): string {
  const time = now.toISOString().slice(0, 19).replaceAll(':', '-')
  return number === 0 ? time : `${time}.${number}`
}
