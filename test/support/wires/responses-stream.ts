import { type Fields, type Output, type SpeechStream, thoughtIn } from './speech.ts'

interface Options {
  reasoning(text: string): Fields
  message(text: string): Fields
  functionCall(name: string, args: string, wasThought: boolean): Fields
  response(output: Output): Fields
}

interface Open {
  /** text, thinking, or the number of a call. */
  readonly kind: string | number
  readonly name: string
  text: string
}

/** Chunks of a completion as the events of Responses: items one after the other, each with a beginning and an end. */
export function responsesStream({
  reasoning,
  message,
  functionCall,
  response,
}: Options): SpeechStream {
  const items: Fields[] = []
  let open: Open | null = null
  let isBegun = false
  let isOver = false
  let wasThought = false
  let finish: string | null = null
  let isRefused = false
  let usage: Fields | undefined

  const begin = (): readonly Fields[] => {
    if (isBegun) return []
    isBegun = true
    const empty = response({ items: [], finish: 'stop', usage: undefined })
    return [{ type: 'response.created', response: { ...empty, status: 'in_progress' } }]
  }

  const itemOf = ({ kind, name, text }: Open): Fields => {
    if (kind === 'thinking') return reasoning(text)
    return kind === 'text' ? message(text) : functionCall(name, text, wasThought)
  }

  const close = (): readonly Fields[] => {
    if (!open) return []
    const item = itemOf(open)
    items.push(item)
    open = null
    return [{ type: 'response.output_item.done', output_index: items.length - 1, item }]
  }

  const enter = (kind: string | number, name = ''): readonly Fields[] => {
    if (open?.kind === kind) return []
    const closed = close()
    if (kind === 'thinking') wasThought = true
    open = { kind, name, text: '' }
    const type = kind === 'thinking' ? 'reasoning' : kind === 'text' ? 'message' : 'function_call'
    const item = { type, ...(type === 'function_call' && { name, arguments: '' }) }
    const index = items.length
    return [...closed, { type: 'response.output_item.added', output_index: index, item }]
  }

  const grow = (type: string, delta: string): Fields => {
    if (open) open.text += delta
    return { type, output_index: items.length, delta }
  }

  const say = (said: Fields) => {
    const { content, tool_calls: calls } = said
    const thinks = thoughtIn(said)
    const events: Fields[] = []
    if (thinks) {
      events.push(...enter('thinking'))
      events.push(grow('response.reasoning_summary_text.delta', thinks))
    }
    if (content) {
      events.push(...enter('text'))
      events.push(grow('response.output_text.delta', content))
    }
    for (const call of calls ?? []) {
      events.push(...enter(call.index ?? 0, call.function?.name))
      events.push(grow('response.function_call_arguments.delta', call.function?.arguments ?? ''))
    }
    return events
  }

  const end = (): readonly Fields[] => {
    if (isOver) return []
    isOver = true
    const closed = [...begin(), ...close()]
    const whole = response({
      items,
      finish: isRefused ? 'content_filter' : (finish ?? 'stop'),
      usage,
    })
    return [...closed, { type: `response.${whole.status}`, response: whole }]
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
