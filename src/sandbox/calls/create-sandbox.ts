import type { Log } from '../../core/log.ts'
import type { SourceLanguage } from '../../source/signature.ts'
import { createJavaScriptEngine } from '../javascript/engine.ts'
import { createPythonEngine } from '../python/engine.ts'
import {
  type Sandbox,
  type SandboxCall,
  type SandboxOutcome,
  secretPlaceholder,
} from '../sandbox.ts'
import type { Engine } from '../thread/engine.ts'
import { createThreadPool, type ThreadPool } from '../thread/pool.ts'
import { serveHost } from '../thread/serve-host.ts'
import { startThread } from '../thread/thread.ts'
import { outcomeOf } from './outcome.ts'

export interface SandboxOptions {
  readonly log: Log
  /** Where the snapshot of Python's interpreter is kept between starts; undefined: nowhere. */
  readonly cacheFolder: string | undefined
}

/** Chosen by hand: more waiting calls mean that something is stuck. */
const MAX_WAITING = 100
/** Chosen by hand: an idle thread of Python holds some 100 MB. */
const IDLE_MILLISECONDS = 5 * 60_000

interface Language {
  readonly engine: Engine
  readonly pool: ThreadPool
}

/** Nothing is started or loaded before the first call. */
export function createSandbox({ log, cacheFolder }: SandboxOptions): Sandbox {
  const languages: Readonly<Record<SourceLanguage, Language>> = {
    typescript: withPool(createJavaScriptEngine()),
    python: withPool(createPythonEngine({ log, cacheFolder })),
  }

  async function run(call: SandboxCall): Promise<SandboxOutcome> {
    const { engine, pool } = languages[call.language]
    const program = await engine.program(call.source, call.entry)
    const { code, parameters } = program
    const secrets = Object.fromEntries(
      (call.secrets ?? []).map((name) => [name, secretPlaceholder(name)]),
    )
    const host = call.host.map(({ name, parameters }) => ({ name, parameters }))
    return pool.use(call.signal, async (thread) => {
      const ran = await thread.run(
        {
          code,
          entry: call.entry,
          parameters,
          arguments: call.arguments,
          agent: call.agent,
          host,
          secrets,
        },
        {
          milliseconds: call.limits.milliseconds,
          serve: serveHost(call.host, log),
          signal: call.signal,
        },
      )
      return outcomeOf(ran, call)
    })
  }

  return {
    run,
    async close() {
      await Promise.all(Object.values(languages).map(({ pool }) => pool.close()))
    },
  }
}

function withPool(engine: Engine): Language {
  return {
    engine,
    pool: createThreadPool({
      start: async () => startThread(await engine.prepare()),
      maxThreads: engine.maxThreads,
      maxWaiting: MAX_WAITING,
      idleMilliseconds: IDLE_MILLISECONDS,
    }),
  }
}
