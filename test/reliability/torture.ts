import { parseArgs } from 'node:util'
import { type Outcome, playRound, type Round } from './chaos.ts'
import { POSTGRES } from './database.ts'

/*
 * The long version: rounds of changing shape until the time is over and the wanted numbers are reached.
 * Exit code 1: something that must hold did not.
 */

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    kills: { type: 'string', default: '0' },
    stops: { type: 'string', default: '0' },
    terminations: { type: 'string', default: '0' },
    crashes: { type: 'string', default: '0' },
  },
})

const ON_A_FILE: readonly Round[] = [
  { processes: 2, kills: 20, stops: 0 },
  { processes: 4, kills: 20, stops: 0 },
  { processes: 4, kills: 0, stops: 10 },
  { processes: 2, kills: 10, stops: 5 },
  { processes: 4, kills: 10, stops: 5 },
]
const ON_A_SERVER: readonly Round[] = [
  { processes: 3, kills: 10, stops: 0, terminations: 60 },
  { processes: 3, kills: 0, stops: 10, terminations: 60 },
  { processes: 3, kills: 5, stops: 5, terminations: 30, crashes: 1 },
]
const SHAPES = POSTGRES === undefined ? ON_A_FILE : ON_A_SERVER

interface Total {
  readonly rounds: number
  readonly kills: number
  readonly stops: number
  readonly terminations: number
  readonly crashes: number
  readonly messages: number
  readonly cancelled: number
  readonly interrupted: number
  readonly seconds: number
  readonly violations: readonly string[]
}

const NOTHING: Total = {
  rounds: 0,
  kills: 0,
  stops: 0,
  terminations: 0,
  crashes: 0,
  messages: 0,
  cancelled: 0,
  interrupted: 0,
  seconds: 0,
  violations: [],
}

async function main(): Promise<number> {
  const end = Date.now() + Number(values.minutes) * 60_000
  const byProcesses = new Map<number, Total>()
  let total = NOTHING
  for (let turn = 0; ; turn += 1) {
    const reached =
      total.kills >= Number(values.kills) &&
      total.stops >= Number(values.stops) &&
      total.terminations >= Number(values.terminations) &&
      total.crashes >= Number(values.crashes)
    if (Date.now() >= end && reached) break
    const shape = SHAPES[turn % SHAPES.length]
    if (!shape) break
    const outcome = await playRound(shape)
    total = plus(total, outcome)
    byProcesses.set(shape.processes, plus(byProcesses.get(shape.processes) ?? NOTHING, outcome))
    console.log(
      `round ${turn + 1}: ${shape.processes} processes, ${outcome.kills} kills, ` +
        `${outcome.stops} stops, ${outcome.terminations} connections ended, ` +
        `${outcome.crashes} crashes, ${outcome.messages} messages, ` +
        `${outcome.seconds.toFixed(1)} s, ${outcome.violations.length} violations`,
    )
    for (const violation of outcome.violations) console.log(`  ${violation}`)
  }
  console.table(
    Object.fromEntries([
      ...[...byProcesses].map(([count, sum]) => [`${count} processes`, row(sum)]),
      ['together', row(total)],
    ]),
  )
  return total.violations.length === 0 ? 0 : 1
}

function plus(total: Total, outcome: Outcome): Total {
  return {
    rounds: total.rounds + 1,
    kills: total.kills + outcome.kills,
    stops: total.stops + outcome.stops,
    terminations: total.terminations + outcome.terminations,
    crashes: total.crashes + outcome.crashes,
    messages: total.messages + outcome.messages,
    cancelled: total.cancelled + outcome.cancelled,
    interrupted: total.interrupted + outcome.interrupted,
    seconds: total.seconds + outcome.seconds,
    violations: [...total.violations, ...outcome.violations],
  }
}

function row({ violations, seconds, ...numbers }: Total) {
  return { ...numbers, seconds: Math.round(seconds), violations: violations.length }
}

process.exit(await main())
