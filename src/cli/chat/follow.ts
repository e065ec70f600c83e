import { setTimeout as sleep } from 'node:timers/promises'
import { openPresenters } from '../../app/app.ts'
import type { Agent } from '../../core/agent.ts'
import type { Input } from './input.ts'
import type { Context } from './port.ts'
import type { Screen } from './screen.ts'
import { showStep } from './show-step.ts'
import { SpeechReader } from './speech-reader.ts'

/** Chosen by hand. */
const GLANCE_MILLISECONDS = 1_000

export interface Talk {
  readonly context: Context
  readonly agent: Agent
  readonly screen: Screen
  readonly input: Input
  showsSteps: boolean
  /** Warnings already shown; each is shown once. */
  readonly told: Set<string>
}

type RunView = Awaited<ReturnType<Context['runs']['send']>>
type RunId = RunView['run']['id']

/** Sends a message and prints the conversation until the agent is done. Returns false if the run failed. */
export async function converse(talk: Talk, text: string): Promise<boolean> {
  const { context, agent, screen, input } = talk
  const { run } = await context.runs.send({ agent: agent.id, text, isWatched: true })
  const speech = new SpeechReader()
  const stopTelling = context.runs.onProgress(run.id, (event) => {
    const words = speech.take(event)
    if (words !== '') screen.words(agent.name, words)
    if (event.type === 'step_started') screen.status(`${agent.name} thinks (step ${event.step}) …`)
    if (event.type === 'tool_called') screen.status(`${agent.name} calls ${event.toolName} …`)
  })
  input.onInterrupt(() => {
    screen.status('Stopping …')
    void context.runs.cancel(run.id).catch(() => undefined)
  })
  try {
    screen.status(`${agent.name} thinks …`)
    return await untilDone(talk, run.id)
  } finally {
    stopTelling()
    input.onInterrupt(() => {})
    screen.status('')
  }
}

async function untilDone(talk: Talk, runId: RunId): Promise<boolean> {
  const { context, screen } = talk
  let shown = 0
  for (;;) {
    const view = await context.runs.wait(runId, GLANCE_MILLISECONDS, new AbortController().signal)
    shown = await showNew(talk, runId, shown)
    tellWarnings(talk, view)
    const { status, error, waitingFor, retryAt } = view.run
    switch (status) {
      case 'queued':
      case 'running':
        break
      case 'waiting':
        screen.status(
          retryAt === null
            ? `Waiting for the ${waitingFor} … (Ctrl+C stops)`
            : `The model is not available; next attempt at ${retryAt.slice(11, 19)} UTC … (Ctrl+C stops)`,
        )
        await sleep(GLANCE_MILLISECONDS)
        break
      case 'requires_approval':
        if (await askApprovals(talk, view)) break
        return false
      case 'completed':
        return true
      case 'cancelled':
        screen.note('(stopped)')
        return true
      case 'failed':
        screen.problem(error ? `${error.message} ${error.hint}`.trim() : 'The run failed.')
        return false
    }
  }
}

/** Prints the new messages of the run and returns how many were printed in total. */
async function showNew(talk: Talk, runId: RunId, shown: number): Promise<number> {
  const messages = await talk.context.runs.messages(runId)
  const { presentMessage } = await openPresenters()
  for (const message of messages.slice(shown)) {
    for (const entry of presentMessage(message)) {
      if (entry.type === 'assistant_message') talk.screen.reply(talk.agent.name, entry.text ?? '')
      else if (talk.showsSteps) showStep(talk.screen, entry)
    }
  }
  return messages.length
}

function tellWarnings({ screen, told }: Talk, { run }: RunView): void {
  for (const warning of run.warnings.filter((text) => !told.has(text))) {
    told.add(warning)
    screen.note(`(${warning})`)
  }
}

/** Returns false if there is nobody to ask. */
async function askApprovals(
  { context, agent, screen, input }: Talk,
  { run, pendingApprovals = [] }: RunView,
): Promise<boolean> {
  for (const call of pendingApprovals) {
    screen.note(`${agent.name} wants to call ${call.toolName} with ${call.arguments}`)
    const answer = await input.next('Allow it? [y/n] ')
    if (answer === undefined) {
      screen.problem(
        `The run ${run.id} waits for approval. Answer in recollect chat at a terminal, or with respond_to_approval over MCP.`,
      )
      return false
    }
    const approve = /^y(es)?$/i.test(answer.trim())
    await context.runs.respond(run.id, { callId: call.callId, approve })
  }
  return true
}
