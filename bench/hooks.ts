import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  BINARY,
  describeMachine,
  type Environment,
  environment,
  median,
  percentile,
  startStdioClient,
  withScratch,
} from './support.ts'

/*
 * How long a coding assistant waits for its hooks: the agent exists, and the MCP server was started once, as the plugin
 * does, so that compiled code is at hand. `new words`: with two more turns to store each time; `nothing new`: without.
 */
const ROUNDS = 15
const TURNS = 40

const times = await withScratch(async (home) => {
  const project = join(home, 'project')
  mkdirSync(project)
  const env = environment(home)
  const client = startStdioClient(['node', BINARY, 'stdio'], env)
  await client.initialize()
  await sleep(3_000)
  await client.stop()

  const transcript = join(home, 'session.jsonl')
  let lines = ''
  const say = (role: string, text: string) => {
    const message = { role, content: [{ type: 'text', text }] }
    lines += `${JSON.stringify({ type: role, uuid: randomUUID(), message })}\n`
  }
  const talk = () => {
    say('user', 'We use tabs, and the parser is written by hand. '.repeat(4))
    lines += `${JSON.stringify({ type: 'user', uuid: randomUUID(), message: { content: 'x'.repeat(20_000) } }).replace('"user"', '"tool"')}\n`
    say('assistant', 'The parser is changed and all of its tests pass. '.repeat(8))
    writeFileSync(transcript, lines)
  }
  for (let turn = 0; turn < TURNS; turn += 1) talk()
  const input = JSON.stringify({ transcript_path: transcript, cwd: project })
  await timeHook('stop', input, env)

  const series = {
    'node -e 0': () => time(['-e', '0'], '', env),
    'session-start': () => timeHook('session-start', input, env),
    'stop, nothing new': () => timeHook('stop', input, env),
    'stop, new words': () => {
      talk()
      talk()
      return timeHook('stop', input, env)
    },
  }
  const results = new Map(Object.keys(series).map((name) => [name, [] as number[]]))
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, measure] of Object.entries(series)) results.get(name)?.push(await measure())
  }
  return results
})

const yardstick = median(times.get('node -e 0') ?? [])
console.log(`spawn to exit, median and p90 of ${ROUNDS}; ${describeMachine()}`)
for (const [name, values] of times) {
  const middle = median(values)
  console.log(
    `${name.padEnd(20)} ${middle.toFixed(0).padStart(5)} ms  ${percentile(values, 0.9).toFixed(0).padStart(5)} ms   ratio ${(middle / yardstick).toFixed(1)}`,
  )
}

function timeHook(hook: string, input: string, env: Environment): Promise<number> {
  return time([BINARY, 'hook', hook], input, env)
}

async function time(args: readonly string[], input: string, env: Environment): Promise<number> {
  const start = performance.now()
  const child = spawn('node', args, { env, stdio: ['pipe', 'ignore', 'inherit'] })
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  await once(child, 'exit')
  return performance.now() - start
}
