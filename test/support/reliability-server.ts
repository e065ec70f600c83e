import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { openStorage } from '../../src/app/data.ts'
import { serveHttp, serveStdio } from '../../src/app/serve.ts'
import { assemble } from '../../src/assemble/assemble.ts'
import { closeAndExit, stopSignal } from '../../src/cli/terminal/until-stopped.ts'
import { readConfig } from '../../src/config/read-config.ts'
import { secretsOf } from '../../src/config/secrets.ts'
import { createLog } from '../../src/core/log.ts'
import { openToAll } from './access.ts'
import { CONTROLS, type Commit, type Control, type Ear, listenTo } from './reliability-storage.ts'

/** Recollect as it is, but for an ear at its transactions. What the ear does is told by environment variables. */
export interface ServerVariables {
  readonly RELIABILITY_TRANSPORT?: 'http' | 'stdio'
  /** `<commit>:<before|after>:<nth>[:<word>]`: SIGKILL there; with a word, of those that write it. */
  readonly RELIABILITY_FAIL?: string
  readonly RELIABILITY_CONTROL?: Control
  /**
   * A file: a line for every transaction of a step, in the order of the write lock, and for every lease that ran out; and
   * one more, of the kind `undone`, for each that was rolled back.
   */
  readonly RELIABILITY_TRACE?: string
  /** A file: the longest time for which the event loop stood still, in milliseconds. */
  readonly RELIABILITY_STALLS?: string
}

const variables: NodeJS.ProcessEnv & { readonly [name in keyof ServerVariables]?: string } =
  process.env

/** While modules are loaded and compiled every event loop stands still; that is not what is looked for. */
const WARM_UP_MILLISECONDS = 500

async function main(): Promise<void> {
  const config = readConfig()
  const log = createLog(config.logLevel, secretsOf(config))
  const control = CONTROLS.find((name) => name === variables.RELIABILITY_CONTROL)
  const stopped = stopSignal()
  const storage = listenTo(await openStorage(config), ear(), control)
  const app = await assemble(config, log, storage)
  const context = async () => app.context
  watchStalls(variables.RELIABILITY_STALLS)
  if (variables.RELIABILITY_TRANSPORT === 'stdio') {
    const serving = await serveStdio(context, { toolsets: config.toolsets, log })
    await Promise.race([serving.closed, stopped])
    return closeAndExit(serving.close, app.close)
  }
  const serving = await serveHttp(context, {
    host: '127.0.0.1',
    port: 0,
    authenticate: openToAll,
    toolsets: config.toolsets,
    log,
  })
  process.stderr.write(`ready ${serving.url}\n`)
  await stopped
  return closeAndExit(serving.close, app.close)
}

function ear(): Ear {
  const trace = variables.RELIABILITY_TRACE
  const [kind, moment, nth, word = ''] = (variables.RELIABILITY_FAIL ?? '').split(':')
  let seen = 0
  const killIf = (commit: Commit, now: 'before' | 'after') => {
    const isOfKind = commit.kinds.some((one) => one === kind)
    if (!isOfKind || moment !== now || !commit.text.includes(word)) return
    seen += 1
    if (seen === Number(nth)) process.kill(process.pid, 'SIGKILL')
  }
  let noted = 0
  const numbers = new WeakMap<Commit, number>()
  const note = (commit: Commit, kind = commit.kinds.join('+')) => {
    const { lease } = commit
    if (trace === undefined || lease === undefined) return
    const number = numbers.get(commit) ?? noted + 1
    numbers.set(commit, number)
    noted = Math.max(noted, number)
    const { conversationId, fence } = lease
    const line = [conversationId, fence, kind, `${process.pid}.${number}`, Date.now()].join(' ')
    appendFileSync(trace, `${line}\n`)
  }
  return {
    before(commit) {
      note(commit)
      killIf(commit, 'before')
    },
    undone(commit) {
      note(commit, 'undone')
    },
    after(commit) {
      if (commit.kinds.includes('expire')) note(commit)
      killIf(commit, 'after')
    },
  }
}

/** How often it looks whether the event loop goes on. */
const TICK_MILLISECONDS = 5

/** Time in which the process could have run and had no processor is not counted: a busy machine is not its fault. */
function watchStalls(file: string | undefined): void {
  if (file === undefined) return
  let longest = 0
  let last = { now: performance.now(), waited: waitedForProcessor() }
  const startedAt = last.now
  setInterval(() => {
    const next = { now: performance.now(), waited: waitedForProcessor() }
    const stall = next.now - last.now - (next.waited - last.waited) - TICK_MILLISECONDS
    last = next
    if (next.now - startedAt > WARM_UP_MILLISECONDS) longest = Math.max(longest, stall)
  }, TICK_MILLISECONDS).unref()
  process.on('exit', () => writeFileSync(file, String(longest)))
}

/** Time the main thread waited for a processor, in milliseconds; 0 where the system does not tell. */
function waitedForProcessor(): number {
  try {
    return Number(readFileSync('/proc/self/schedstat', 'utf8').split(' ')[1]) / 1e6
  } catch {
    return 0
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`reliability-server: ${String(error)}\n`)
  process.exit(1)
})
