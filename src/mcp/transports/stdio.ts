import { type Readable, Writable } from 'node:stream'
import {
  type ServeStdioOptions,
  StdioServerTransport,
  serveStdio,
} from '@modelcontextprotocol/server/stdio'
import type { Log } from '../../core/log.ts'
import { roomIn } from '../../http/backpressure.ts'
import { MAX_BODY_BYTES } from '../../http/limits.ts'
import type { ServerFactory } from '../serve/server.ts'
import { checkedLines } from './checked-lines.ts'
import { listenOverStdio } from './listen-over-stdio.ts'
import { LISTEN } from './listen-request.ts'
import { PICTURE_BODIES } from './picture-bodies.ts'

/** A client that pipes in requests and closes the pipe still gets its answers, within this time. Chosen by hand. */
const LAST_ANSWERS_MILLISECONDS = 2_000

export interface StdioServing {
  /** Resolve when the first request, which is usually `initialize`, and the second one have their answers. */
  readonly answered: readonly [Promise<void>, Promise<void>]
  /** Resolves when the client has closed stdin, or `close` was called. */
  readonly closed: Promise<void>
  close(): Promise<void>
}

/** MCP over stdin and stdout of this process. Nothing else may write to stdout. */
export function serveOverStdio(
  createServer: ServerFactory,
  log: Log,
  stdin: Readable = process.stdin,
  stdout: Writable = process.stdout,
): StdioServing {
  const output = lastingOutput(stdout)
  // The SDK drops unanswered requests at the end of its input, so that end is delayed.
  const input = checkedLines((refusal) => {
    log('warn', 'stdio', { error: refusal.error.message })
    output.write(`${JSON.stringify(refusal)}\n`)
  })
  const transport = new StdioServerTransport(input, output, {
    maxBufferSize: PICTURE_BODIES.maxBytes + MAX_BODY_BYTES,
  })
  const options: ServeStdioOptions = {
    transport,
    onerror: (error) => log('warn', 'stdio', { error: error.message }),
  }
  const ready = () => roomIn(output)
  const listens = listenOverStdio(transport, ready, createServer.feedAt(), log)
  const handle = serveStdio((request) => {
    if (request.era === 'legacy') {
      listens.end()
      return createServer({ ...request, notices: { kind: 'pushed', ready } })
    }
    const server = createServer({ ...request, notices: { kind: 'listened' } })
    listens.serveWith(server)
    return server
  }, options)
  listens.begin()
  const unanswered = watchRequests(transport)
  const closed = new Promise<void>((resolve) => {
    const closeSdk = transport.onclose
    transport.onclose = () => {
      closeSdk?.()
      listens.end()
      resolve()
    }
  })
  stdin.pipe(input, { end: false })
  let isEnding = false
  const onEnd = async () => {
    if (isEnding) return
    isEnding = true
    // The last line may lack a line feed.
    input.write('\n')
    await unanswered.settled(LAST_ANSWERS_MILLISECONDS)
    input.end()
  }
  stdin.once('end', () => void onEnd())
  stdin.once('close', () => void onEnd())
  return {
    answered: unanswered.answered,
    closed,
    async close() {
      stdin.unpipe(input)
      stdin.pause()
      await handle.close()
    },
  }
}

/**
 * Writes through to `stdout`, and goes on when nobody reads it any more: at an error of its output the SDK drops the
 * requests that it has read. The end of the input then ends the server.
 */
function lastingOutput(stdout: Writable): Writable {
  return new Writable({
    decodeStrings: false,
    write(chunk: string, encoding, done) {
      if (stdout.destroyed) done()
      else stdout.write(chunk, encoding, () => done())
    },
  })
}

/** Tracks requests that have no answer yet. */
function watchRequests(transport: StdioServerTransport) {
  const open = new Set<unknown>()
  let whenEmpty: () => void = () => undefined
  const whenAnswered: (() => void)[] = []
  const answer = () => new Promise<void>((resolve) => whenAnswered.push(resolve))
  const answered = [answer(), answer()] as const
  const receive = transport.onmessage
  const send = transport.send.bind(transport)
  transport.onmessage = (message) => {
    // A listen request is answered only at the end.
    if ('method' in message && 'id' in message && message.method !== LISTEN) open.add(message.id)
    receive?.(message)
  }
  transport.send = async (message) => {
    await send(message)
    if ('method' in message || !('id' in message)) return
    whenAnswered.shift()?.()
    open.delete(message.id)
    if (open.size === 0) whenEmpty()
  }
  return {
    answered,
    async settled(milliseconds: number): Promise<void> {
      // Input that was just read still has to be parsed.
      await new Promise((resolve) => setImmediate(resolve))
      if (open.size === 0) return
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, milliseconds)
        whenEmpty = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    },
  }
}
