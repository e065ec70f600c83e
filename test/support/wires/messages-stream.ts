import { signatureOf } from './messages-check.ts'
import { type Fields, type SpeechStream, thoughtIn } from './speech.ts'

interface Options {
  readonly request: Fields
  newCall(wasThought: boolean): string
  usageOf(request: Fields, usage: Fields | undefined): Fields
  stopReason(finish: string): string
}

/** Chunks of a completion as the events of Messages: blocks one after the other, each with a beginning and an end. */
export function messagesStream({ request, newCall, usageOf, stopReason }: Options): SpeechStream {
  let isBegun = false
  let isOver = false
  let place = -1
  /** The open block: text, thinking, or the number of a call. */
  let open: string | number | null = null
  let thought = ''
  let finish: string | null = null
  let isRefused = false
  let usage: Fields | undefined

  const begin = (): readonly Fields[] => {
    if (isBegun) return []
    isBegun = true
    const message = {
      id: 'msg_scripted',
      type: 'message',
      role: 'assistant',
      model: request.model,
      content: [],
      stop_reason: null,
      usage: { input_tokens: 0, output_tokens: 1 },
    }
    return [{ type: 'message_start', message }, { type: 'ping' }]
  }

  const close = (): readonly Fields[] => {
    if (open === null) return []
    const signed =
      open === 'thinking'
        ? [delta({ type: 'signature_delta', signature: signatureOf(thought) })]
        : []
    open = null
    return [...signed, { type: 'content_block_stop', index: place }]
  }

  const enter = (kind: string | number, block: Fields): readonly Fields[] => {
    if (open === kind) return []
    const closed = close()
    place += 1
    open = kind
    return [...closed, { type: 'content_block_start', index: place, content_block: block }]
  }

  const delta = (piece: Fields): Fields => ({
    type: 'content_block_delta',
    index: place,
    delta: piece,
  })

  const say = (said: Fields) => {
    const { content, tool_calls: calls } = said
    const thinks = thoughtIn(said)
    const events: Fields[] = []
    if (thinks) {
      events.push(...enter('thinking', { type: 'thinking', thinking: '', signature: '' }))
      thought += thinks
      events.push(delta({ type: 'thinking_delta', thinking: thinks }))
    }
    if (content) {
      events.push(...enter('text', { type: 'text', text: '' }))
      events.push(delta({ type: 'text_delta', text: content }))
    }
    for (const call of calls ?? []) {
      if (open !== call.index) {
        const id = newCall(thought !== '')
        const name = call.function?.name ?? ''
        events.push(...enter(call.index, { type: 'tool_use', id, name, input: {} }))
      }
      events.push(delta({ type: 'input_json_delta', partial_json: call.function?.arguments ?? '' }))
    }
    return events
  }

  const end = (): readonly Fields[] => {
    if (isOver) return []
    isOver = true
    return [
      ...begin(),
      ...close(),
      {
        type: 'message_delta',
        delta: {
          stop_reason: stopReason(isRefused ? 'content_filter' : (finish ?? 'stop')),
          stop_sequence: null,
        },
        usage: usage ? usageOf(request, usage) : undefined,
      },
      { type: 'message_stop' },
    ]
  }

  return {
    add(chunk) {
      usage = chunk.usage ?? usage
      const [choice] = chunk.choices ?? []
      if (!choice) return []
      const { refusal, ...delta } = choice.delta ?? {}
      isRefused ||= Boolean(refusal)
      finish = choice.finish_reason ?? finish
      return [...begin(), ...say(refusal ? { ...delta, content: refusal } : delta)]
    },
    end,
    endQuietly: () => (finish === null ? [] : end()),
  }
}
