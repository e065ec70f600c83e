import { setTimeout as sleep } from 'node:timers/promises'
import { UserError } from '../../core/errors.ts'
import { isRecord } from '../../core/is-record.ts'
import { describeError, type Log } from '../../core/log.ts'
import type { HostCall } from '../sandbox.ts'
import { MAX_ANSWER_BYTES, MAX_REQUEST_CHARS } from './channel.ts'
import type { Serve } from './thread.ts'

/** Chosen by hand: a tool that needs more is a loop. */
const MAX_HOST_CALLS = 1_000

/** Serves the requests of one call of the sandbox: `sleep`, and what the caller allows. */
export function serveHost(allowed: readonly HostCall[], log: Log): Serve {
  let calls = 0

  async function answer(name: string, args: string, signal: AbortSignal): Promise<unknown> {
    calls += 1
    if (calls > MAX_HOST_CALLS) {
      throw new UserError('limit_exceeded', `A call may ask the server ${MAX_HOST_CALLS} times.`)
    }
    if (args.length > MAX_REQUEST_CHARS) {
      throw new UserError('limit_exceeded', `The arguments of ${name} are longer than 1 MB.`)
    }
    const values: unknown = JSON.parse(args)
    if (!isRecord(values)) throw new UserError('invalid_argument', `${name} takes named arguments.`)
    if (name === 'sleep') return pause(values.seconds, signal)
    const call = allowed.find((one) => one.name === name)
    if (!call) throw new UserError('unauthorized', `The tool may not call ${name}.`)
    return (await call.run(values, signal)) ?? null
  }

  return async (name, args, signal) => {
    try {
      const bytes = Buffer.from(JSON.stringify({ ok: await answer(name, args, signal) }))
      if (bytes.length <= MAX_ANSWER_BYTES) return bytes
      throw new UserError('limit_exceeded', `The answer to ${name} is larger than 4 MB.`)
    } catch (error) {
      if (error instanceof UserError) return failure(error.message)
      if (!signal.aborted) log('error', 'a host call failed', { name, error: describeError(error) })
      return failure(`${name} failed inside the server.`)
    }
  }
}

async function pause(seconds: unknown, signal: AbortSignal): Promise<null> {
  if (typeof seconds !== 'number' || !(seconds >= 0)) {
    throw new UserError('invalid_argument', 'sleep takes a number of seconds that is not negative.')
  }
  // Longer than any limit on time; setTimeout takes no more.
  const most = 2 ** 31 - 1
  await sleep(Math.min(seconds * 1000, most), undefined, { signal })
  return null
}

function failure(message: string): Uint8Array {
  return Buffer.from(JSON.stringify({ error: message }))
}
