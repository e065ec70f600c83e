import type { ServerResponse } from 'node:http'
import { type Allowance, type CapRefusal, type Caps, secondsUntilNext, spend } from './caps.ts'

export interface Callers {
  /** Counts the request until its response ends. Returns a refusal if the caller is over its limit. */
  enter(caller: string, response: ServerResponse): CapRefusal | undefined
  /** Counts the response among the caller's streams as well. */
  enterStream(caller: string, response: ServerResponse): CapRefusal | undefined
}

interface Caller {
  allowance: Allowance
  requests: number
  streams: number
}

/** Above this many callers, idle ones with a full allowance are forgotten. Chosen by hand. */
const MAX_REMEMBERED = 1_000
const SOON_SECONDS = 1

export function createCallers(caps: Caps, now = () => performance.now()): Callers {
  const callers = new Map<string, Caller>()

  const forget = () => {
    const before = now() - 60_000
    for (const [name, { requests, allowance }] of callers) {
      if (requests === 0 && allowance.atMilliseconds < before) callers.delete(name)
    }
  }
  const find = (name: string): Caller => {
    const known = callers.get(name)
    if (known !== undefined) return known
    if (callers.size >= MAX_REMEMBERED) forget()
    const allowance = { requests: caps.requestsPerMinute, atMilliseconds: now() }
    const made: Caller = { allowance, requests: 0, streams: 0 }
    callers.set(name, made)
    return made
  }

  return {
    enter(name, response) {
      const caller = find(name)
      if (caller.requests >= caps.requests) {
        return tooMany(`${caps.requests} requests of yours are being answered`)
      }
      const allowance = spend(caller.allowance, now(), caps.requestsPerMinute)
      if (allowance.requests < 0) {
        return {
          message: `This server takes ${caps.requestsPerMinute} requests a minute from each caller. Wait, then go on.`,
          retrySeconds: secondsUntilNext(allowance, caps.requestsPerMinute),
        }
      }
      caller.allowance = allowance
      caller.requests += 1
      response.once('close', () => {
        caller.requests -= 1
      })
      return undefined
    },
    enterStream(name, response) {
      const caller = find(name)
      if (caller.streams >= caps.streams)
        return tooMany(`${caps.streams} streams of yours are open`)
      caller.streams += 1
      response.once('close', () => {
        caller.streams -= 1
      })
      return undefined
    },
  }
}

function tooMany(what: string): CapRefusal {
  return {
    message: `${what}, which is as many as each caller may have. End one, then go on.`,
    retrySeconds: SOON_SECONDS,
  }
}
