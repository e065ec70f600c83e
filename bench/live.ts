import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  BINARY,
  describeMachine,
  environment,
  median,
  type StdioClient,
  startStdioClient,
  withScratch,
} from './support.ts'

/*
 * Two servers on one file: how long after an edit on one a subscriber of the other is told, and how much processor time the
 * other needs to poll for changes while there are none. Edits come at no fixed pace, so that they don't fall in step with
 * the poller.
 */
const EDITS = 50
const IDLE_SECONDS = 20
/** Linux: clock ticks in /proc times. */
const TICKS_PER_SECOND = 100

const command = ['node', BINARY, 'stdio']

await withScratch(async (home) => {
  const env = environment(home, { OLLAMA_HOST: '127.0.0.1:1' })
  let heard: (at: number) => void = () => undefined
  const subscriber = startStdioClient(command, env, (method) => {
    if (method === 'notifications/resources/updated') heard(performance.now())
  })
  const editor = startStdioClient(command, env)
  await subscriber.initialize()
  await editor.initialize()
  const agent = await createAgent(editor)
  const uri = `recollect://agents/${agent}/memory/human`
  await subscriber.request('resources/subscribe', { uri })

  const delays: number[] = []
  for (let edit = 0; edit < EDITS; edit += 1) {
    await sleep(150 + Math.random() * 100)
    const notice = new Promise<number>((resolve) => {
      heard = resolve
    })
    await call(editor, 'write_memory_block', { agent, label: 'human', value: `${edit}` })
    const answered = performance.now()
    delays.push(Math.max(0, (await notice) - answered))
  }

  console.log(`${describeMachine()}; ${EDITS} edits through another process`)
  console.log(`from the answer to the editor to the notice: median ${median(delays).toFixed(0)} ms`)
  console.log(`longest ${Math.max(...delays).toFixed(0)} ms`)
  const before = cpuSeconds(subscriber)
  await sleep(IDLE_SECONDS * 1_000)
  const share = (cpuSeconds(subscriber) - before) / IDLE_SECONDS
  console.log(
    `idle for ${IDLE_SECONDS} s with a subscriber: ${(share * 100).toFixed(2)} % of a core`,
  )
  await Promise.all([subscriber.stop(), editor.stop()])
})

async function createAgent(client: StdioClient): Promise<string> {
  const { structuredContent } = await call(client, 'create_agent', { name: 'Ada' })
  return (structuredContent as { agent: { id: string } }).agent.id
}

function call(client: StdioClient, name: string, args: object) {
  return client.request('tools/call', { name, arguments: args })
}

/** User and system time of all its threads. */
function cpuSeconds({ pid }: StdioClient): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}
