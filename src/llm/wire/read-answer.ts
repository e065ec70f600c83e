import type { CallWatch } from './call-watch.ts'
import { readErrorBody } from './error-body.ts'

/** Assembles the events of a stream. */
export interface StreamAssembly {
  /** Takes the payload of one event. */
  add(event: unknown): void
  /** Number of characters in the answer so far. */
  length(): number
  /** The server marked the answer as complete; a stream may also just end. */
  isFinished(): boolean
  /** No more events can follow. */
  isOver?(): boolean
  /** The body that the server would have sent without streaming. */
  answer(): unknown
}

/** Characters, far more than any answer; the rest would only fill memory. Chosen by hand. */
const MAX_BODY = 16 * 1024 * 1024
/** Characters. Chosen by hand. */
const MAX_ANSWER = 8 * 1024 * 1024

export type ReadAnswer =
  | { readonly kind: 'body'; readonly body: unknown }
  | { readonly kind: 'invalid'; readonly problem: string }

const TOO_LONG: ReadAnswer = { kind: 'invalid', problem: 'an answer that does not end' }

/** Parses by the response's type, not the request's: some servers answer a stream request with JSON, or the reverse. */
export async function readAnswer(
  response: Response,
  watch: CallWatch,
  assemble: () => StreamAssembly,
): Promise<ReadAnswer> {
  if (response.headers.get('content-type')?.includes('text/event-stream')) {
    return readStream(textOf(response), watch, assemble())
  }
  let text = ''
  for await (const piece of textOf(response)) {
    // Some servers send blank lines to keep the connection open while the request is queued.
    if (piece.trim() !== '') watch.dataArrived()
    text += piece
    if (text.length > MAX_BODY) return TOO_LONG
  }
  try {
    return { kind: 'body', body: JSON.parse(text) }
  } catch {
    if (/^\s*(?:data|event|id|retry)?:/.test(text)) return readStream([text], watch, assemble())
    return { kind: 'invalid', problem: describeText(text) }
  }
}

async function readStream(
  pieces: AsyncIterable<string> | Iterable<string>,
  watch: CallWatch,
  assembly: StreamAssembly,
): Promise<ReadAnswer> {
  let isDone = false
  for await (const line of linesOf(pieces)) {
    if (line === null) return TOO_LONG
    // Each chunk is one data line; comments and event names carry no content.
    if (!line.startsWith('data:')) continue
    const data = line.slice('data:'.length).trim()
    if (data === '') continue
    watch.dataArrived()
    if (data === '[DONE]') {
      isDone = true
      break
    }
    let chunk: unknown
    try {
      chunk = JSON.parse(data)
    } catch {
      return { kind: 'invalid', problem: 'a stream with an event that is not JSON' }
    }
    if (readErrorBody(chunk)) return { kind: 'body', body: chunk }
    assembly.add(chunk)
    if (assembly.length() > MAX_ANSWER) return TOO_LONG
    if (assembly.isOver?.() === true) break
  }
  if (!isDone && !assembly.isFinished()) {
    return { kind: 'invalid', problem: 'a stream that ended before the answer was complete' }
  }
  return { kind: 'body', body: assembly.answer() }
}

/** null: a line that is too long. */
async function* linesOf(
  pieces: AsyncIterable<string> | Iterable<string>,
): AsyncGenerator<string | null> {
  let begun = ''
  for await (const piece of pieces) {
    const lines = piece.split(/\r\n|\n|\r/)
    // Only the last line is incomplete, so a long line is never searched twice.
    for (const line of lines.slice(0, -1)) {
      yield begun + line
      begun = ''
    }
    begun += lines.at(-1) ?? ''
    if (begun.length > MAX_BODY) yield null
  }
  if (begun !== '') yield begun
}

async function* textOf(response: Response): AsyncGenerator<string> {
  if (!response.body) return
  const decoder = new TextDecoder()
  for await (const bytes of response.body) yield decoder.decode(bytes, { stream: true })
  yield decoder.decode()
}

function describeText(text: string): string {
  if (text.trim() === '') return 'an empty answer'
  return /^\s*</.test(text) ? 'a web page instead of JSON' : 'text that is not JSON'
}
