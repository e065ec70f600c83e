import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { newId } from '../src/core/ids.ts'
import type { Storage } from '../src/storage/port/store.ts'
import { loadDriver } from '../src/storage/sqlite/native.ts'
import { openSqlite } from '../src/storage/sqlite/open.ts'
import { at, byClient, insertAgent, insertArchive, insertBlock } from '../test/support/stores.ts'
import { describeMachine, median, withScratch } from './support.ts'

/*
 * The cost of overwriting deleted data (`secure_delete`): the same writes into a file that has it on, as always, and
 * into one that has it off. Both are open at once and take turns, so that other load on the machine hits both alike.
 * Processor times are shown too: a busy machine distorts them less.
 */
const ROUNDS = 8
const TIMES = 5
const WORDS = Array.from({ length: 8_000 }, (_, index) => `word${index.toString(36)}`)

interface Subject {
  readonly storage: Storage
  readonly wall: Map<string, number[]>
  readonly cpu: Map<string, number[]>
}

const Driver = loadDriver()
const pragma = Driver.prototype.pragma
let isOff = false
Driver.prototype.pragma = function (source, ...rest) {
  if (isOff && String(source).startsWith('secure_delete')) return undefined
  return pragma.call(this, source, ...rest)
}

await withScratch(async (home) => {
  const on = await open(join(home, 'on', 'recollect.db'), false)
  const off = await open(join(home, 'off', 'recollect.db'), true)
  const works = await Promise.all([prepare(on.storage), prepare(off.storage)])
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name] of Object.entries(works[0])) {
      const turns = [
        [on, works[0]],
        [off, works[1]],
      ] as const
      for (const [subject, work] of round % 2 === 0 ? turns : [turns[1], turns[0]]) {
        const start = performance.now()
        const before = process.cpuUsage()
        for (let time = 0; time < TIMES; time += 1) await work[name]?.()
        const { user, system } = process.cpuUsage(before)
        add(subject.wall, name, (performance.now() - start) / TIMES)
        add(subject.cpu, name, (user + system) / 1_000 / TIMES)
      }
    }
  }
  console.log(`median of ${ROUNDS} rounds of ${TIMES}, in ms; ${describeMachine()}`)
  for (const name of on.wall.keys()) {
    const [wallOn, wallOff, cpuOn, cpuOff] = [on.wall, off.wall, on.cpu, off.cpu].map((times) =>
      median(times.get(name) ?? []),
    ) as [number, number, number, number]
    console.log(
      `${name.padEnd(24)} on ${wallOn.toFixed(2)} (processor ${cpuOn.toFixed(2)}), off ${wallOff.toFixed(2)} (${cpuOff.toFixed(2)}): ` +
        `${percent(wallOn, wallOff)} (${percent(cpuOn, cpuOff)})`,
    )
  }
  await on.storage.close()
  await off.storage.close()
})

async function open(path: string, withoutErasing: boolean): Promise<Subject> {
  isOff = withoutErasing
  const storage = await openSqlite(path)
  isOff = false
  if (withoutErasing) {
    const handle = new Driver(path)
    for (const index of ['passage_words', 'message_words'])
      handle.exec(`INSERT INTO ${index} (${index}, rank) VALUES ('secure-delete', 0)`)
    handle.close()
  }
  return { storage, wall: new Map(), cpu: new Map() }
}

async function prepare(storage: Storage): Promise<Record<string, () => Promise<void>>> {
  const store = storage.in('default')
  const agent = await insertAgent(store)
  const archive = await insertArchive(store, agent.id)
  let block = await insertBlock(store, [], { value: 'x'.repeat(2_000) })
  const kept: ReturnType<typeof newId<'passage'>>[] = []
  const passage = () => ({
    id: newId('passage'),
    archiveId: archive,
    text: Array.from(
      { length: 50 },
      () => WORDS[Math.floor(Math.random() ** 2 * WORDS.length)],
    ).join(' '),
    tags: [],
    source: '',
    createdAt: at(),
  })
  const insert = async (count: number) => {
    const passages = Array.from({ length: count }, passage)
    for (const { id } of passages) kept.push(id)
    await store.transaction((tx) => tx.passages.insert(passages, at()))
  }
  for (let batch = 0; batch < 6; batch += 1) await insert(100)
  return {
    'insert a passage': () => insert(1),
    'insert 20 passages': () => insert(20),
    'edit a block of 2,000': async () => {
      block = await store.transaction((tx) =>
        tx.blocks.update(block, { value: String(Math.random()).padEnd(2_000, 'y') }, byClient),
      )
    },
    'append a message': () =>
      store.transaction((tx) =>
        tx.messages.append(agent.id, [
          {
            id: newId('message'),
            runId: null,
            tokens: 50,
            createdAt: at(),
            body: { role: 'user', text: passage().text },
          },
        ]),
      ),
    'delete a passage': async () => {
      const id = kept.splice(Math.floor(Math.random() * kept.length), 1)[0]
      if (id) await store.transaction((tx) => tx.passages.delete(agent.id, id, at()))
    },
  }
}

function add(times: Map<string, number[]>, name: string, time: number): void {
  times.set(name, [...(times.get(name) ?? []), time])
}

function percent(on: number, off: number): string {
  const more = (on / off - 1) * 100
  return `${more >= 0 ? '+' : ''}${more.toFixed(0)} %`
}
