import {
  callTool,
  type ScriptedProvider,
  startScriptedProvider,
} from '../test/support/scripted-provider.ts'
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
 * Our overhead per step of an agent: a step is one call of a model that answers at once, and one call of a tool that
 * writes to the database. Beside it, the same number of bare HTTP calls with the very bodies that the agent sent.
 */
const STEPS = 20
const MESSAGES = 15
/** Before anything is counted: the model's client is loaded, the code is warm. */
const WARM_UP_MESSAGES = 3

const model = await startScriptedProvider()
try {
  await withScratch((home) => measure(model, home))
} finally {
  await model.close()
}

async function measure(provider: ScriptedProvider, home: string): Promise<void> {
  let calls = 0
  provider.respondWith(() => {
    calls += 1
    return calls % STEPS === 0
      ? callTool('send_message', { message: 'done' })
      : callTool('archival_memory_insert', { content: `fact ${calls}`, request_heartbeat: true })
  })
  const client = startStdioClient(
    [process.execPath, BINARY, 'stdio'],
    environment(home, {
      OPENAI_BASE_URL: provider.baseUrl,
      OPENAI_API_KEY: 'none',
      RECOLLECT_MODEL: 'openai/instant',
    }),
  )
  const agentSteps: number[] = []
  const bareCalls: number[] = []
  try {
    await client.initialize()
    await call(client, 'create_agent', { name: 'bench', context_window: 1_000_000 })
    for (let message = 0; message < WARM_UP_MESSAGES + MESSAGES; message += 1) {
      const perStep = await timeRun(client)
      const perCall = await timeReplay(provider)
      if (message < WARM_UP_MESSAGES) continue
      agentSteps.push(perStep)
      bareCalls.push(perCall)
    }
  } finally {
    await client.stop()
  }

  const step = median(agentSteps)
  const bare = median(bareCalls)
  console.log(`${STEPS} steps a message, median of ${MESSAGES} messages; ${describeMachine()}`)
  console.log(`bare HTTP call   ${bare.toFixed(2).padStart(7)} ms`)
  console.log(
    `agent step       ${step.toFixed(2).padStart(7)} ms   ratio ${(step / bare).toFixed(2)}`,
  )
  console.log(`added by us      ${(step - bare).toFixed(2).padStart(7)} ms`)
}

async function timeRun(client: StdioClient): Promise<number> {
  const start = performance.now()
  const run = await call(client, 'send_message', { agent: 'bench', message: 'go on' })
  const elapsed = performance.now() - start
  const { status, steps } = run as { status?: string; steps?: number }
  if (status !== 'completed' || steps !== STEPS) {
    throw new Error(`not the run that was asked for: ${JSON.stringify(run)}`)
  }
  return elapsed / STEPS
}

/** The calls that the run has just made, once more and without us. */
async function timeReplay(provider: ScriptedProvider): Promise<number> {
  const bodies = provider.requests.slice(-STEPS).map(({ body }) => JSON.stringify(body))
  const start = performance.now()
  for (const body of bodies) {
    const response = await fetch(`${provider.baseUrl}/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })
    await response.json()
  }
  return (performance.now() - start) / STEPS
}

async function call(client: StdioClient, name: string, args: object): Promise<unknown> {
  const result = await client.request('tools/call', { name, arguments: args })
  if (result.isError) throw new Error(JSON.stringify(result.content))
  return result.structuredContent
}
