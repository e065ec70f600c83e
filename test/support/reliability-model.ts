import {
  callTools,
  delay,
  hang,
  type ScriptedAnswer,
  type ScriptedProvider,
  say,
  startScriptedProvider,
} from './scripted-provider.ts'

/*
 * A model that remembers nothing: what it answers depends on nothing but the conversation it is shown, so a run goes on
 * properly wherever it was left. For each message with a token it edits memory, searches, and repeats the token.
 */

/** The mark in a message; everything that the agent does because of it holds `id`. */
const TOKEN = /\bmsg-([a-z0-9]+)\b/
/** The block that it notes things in. */
export const BLOCK = 'notes'

/** A message to the model: `slow` makes the first answer take so long, `hangs` lets it never come. */
export function messageText(
  id: string,
  how: { readonly slow?: number; readonly hangs?: boolean } = {},
): string {
  const slow = how.slow === undefined ? '' : ` slow=${how.slow}`
  return `Please handle msg-${id}${slow}${how.hangs ? ' hang' : ''} now.`
}

/** The notes that the agent writes into its block because of a message, in order. */
export function notesOf(id: string): readonly string[] {
  return [`note-${id}-a`, `note-${id}-b`]
}

export function factOf(id: string): string {
  return `fact ${id} was told by the user`
}

export function replyTo(id: string): string {
  return `Done with msg-${id}.`
}

interface WireMessage {
  readonly role: string
  readonly content?: unknown
}

export async function startReliabilityModel(jitterMilliseconds: number): Promise<ScriptedProvider> {
  const model = await startScriptedProvider()
  model.respondWith((body: { readonly messages: readonly WireMessage[] }) => {
    const answer = answerTo(body.messages)
    return answer.kind === 'hang' ? answer : delay(Math.random() * jitterMilliseconds, answer)
  })
  return model
}

function answerTo(messages: readonly WireMessage[]): ScriptedAnswer {
  const begin = messages.findLastIndex(
    ({ role, content }) => role === 'user' && TOKEN.test(String(content)),
  )
  // Neighbouring user messages arrive as one; the last of them is to be answered.
  const content = String(messages[begin]?.content)
  const text = content.slice(content.lastIndexOf('msg-'))
  const id = TOKEN.exec(text)?.[1]
  if (id === undefined) return say('There is nothing to do.')
  const step = messages.slice(begin).filter(({ role }) => role === 'assistant').length
  if (step === 0) {
    if (/ hang\b/.test(text)) return hang()
    const slow = / slow=(\d+)/.exec(text)?.[1]
    if (slow !== undefined) return delay(Number(slow), stepOf(id, step))
  }
  return stepOf(id, step)
}

function stepOf(id: string, step: number): ScriptedAnswer {
  const [first = '', second = ''] = notesOf(id)
  const append = (content: string) => ({
    name: 'core_memory_append',
    arguments: { label: BLOCK, content, request_heartbeat: true },
  })
  switch (step) {
    case 0:
      return callTools([append(first)])
    case 1:
      return callTools([
        {
          name: 'archival_memory_insert',
          arguments: { content: factOf(id), request_heartbeat: true },
        },
        append(second),
      ])
    case 2:
      return callTools([
        { name: 'archival_memory_search', arguments: { query: id, request_heartbeat: true } },
      ])
    case 3:
      return callTools([{ name: 'send_message', arguments: { message: replyTo(id) } }])
    default:
      return say(`There is nothing left to do for ${id}.`)
  }
}
