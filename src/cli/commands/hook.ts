import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, join } from 'node:path'
import { openSessions } from '../../app/app.ts'
import type { Config } from '../../config/config.ts'
import type { Environment } from '../../config/environment.ts'
import { hooksAreOn, readHookConfig } from '../../config/hooks.ts'
import { describeError } from '../../core/log.ts'
import { visible } from '../terminal/visible.ts'
import { readHookInput } from './hook-input.ts'

type Hook = 'session-start' | 'stop' | 'pre-compact'

/** The hook exits after this time, even if something hangs. Chosen by hand. */
const LAST_MOMENT_MILLISECONDS = 2_000

/** Never throws, always exits with 0, and prints nothing but memory, so that it does not disturb the assistant. */
export async function runHook(hook: Hook, flags: Environment): Promise<void> {
  if (!hooksAreOn()) return
  setTimeout(() => process.exit(0), LAST_MOMENT_MILLISECONDS).unref()
  try {
    await work(hook, flags)
  } catch (error) {
    if (flags.RECOLLECT_LOG === 'debug') {
      process.stderr.write(`recollect: hook ${hook}: ${describeError(error)}\n`)
    }
  }
  process.exitCode = 0
}

async function work(hook: Hook, flags: Environment): Promise<void> {
  const { directory, transcript } = await readHookInput()
  const { config, project } = readHookConfig(flags, directory ?? process.cwd())
  const wanted = { reference: config.agent, project: nameOf(project) }
  if (hook === 'session-start') {
    await withSessions(config, async (sessions) => {
      process.stdout.write(visible(await sessions.brief(wanted, await topicsOf(project))))
    })
  } else if (transcript !== undefined && !config.readOnly) {
    await withSessions(config, async (sessions) => {
      await sessions.record(wanted, transcript.replace(/^~(?=\/)/, homedir()))
    })
  }
}

type Sessions = Awaited<ReturnType<typeof openSessions>>

async function withSessions(
  config: Config,
  work: (sessions: Sessions) => Promise<void>,
): Promise<void> {
  const sessions = await openSessions(config)
  try {
    await work(sessions)
  } finally {
    await sessions.close()
  }
}

function nameOf(project: string): string {
  return basename(project) || 'project'
}

/** Words for the current topic: the names of the project and its branch. */
async function topicsOf(project: string): Promise<readonly string[]> {
  const head = await readFile(join(project, '.git/HEAD'), 'utf8').catch(() => '')
  const branch = /^ref: refs\/heads\/(.+)$/m.exec(head)?.[1] ?? ''
  return `${nameOf(project)} ${branch}`.split(/[^\p{L}\p{N}]+/u)
}
