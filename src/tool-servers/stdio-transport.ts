import type { ChildProcess } from 'node:child_process'
import {
  type JSONRPCMessage,
  ReadBuffer,
  serializeMessage,
  type Transport,
} from '@modelcontextprotocol/client'
import { endGroup, startGroup } from './process-group.ts'
import type { Environment, StdioSettings } from './settings.ts'

/** Chosen by hand: no model reads more, and a message is held several times while it is parsed. */
export const MAX_MESSAGE_BYTES = 10_000_000
/** How long a server may take to end by itself. Chosen by hand. */
const END_MILLISECONDS = 2_000

export interface StdioOptions {
  readonly settings: StdioSettings
  /** Ours, of which the server gets a few variables. */
  readonly environment: Environment
  /** Receives the server's stderr. */
  readonly onStderr: (text: string) => void
}

/**
 * MCP over the pipes of a process group. Unlike the SDK's transport, it ends what the server started as well, and a
 * message that is too large ends the server: what follows it can't be told apart.
 */
export function createStdioTransport({ settings, environment, onStderr }: StdioOptions): Transport {
  let child: ChildProcess | undefined
  let buffer = new ReadBuffer({ maxBufferSize: MAX_MESSAGE_BYTES })

  const transport: Transport = {
    start() {
      const started = startGroup(settings, environment)
      child = started
      started.stdout?.on('data', read)
      started.stderr?.on('data', (bytes: Buffer) => onStderr(bytes.toString()))
      // The event `exit` reports a server that has ended.
      started.stdin?.on('error', () => {})
      started.once('exit', () => transport.onclose?.())
      return new Promise((resolve, reject) => {
        started.once('spawn', resolve)
        started.once('error', (error) => {
          reject(error)
          transport.onclose?.()
        })
      })
    },
    send(message: JSONRPCMessage) {
      const stdin = child?.stdin
      if (!stdin?.writable) return Promise.reject(new Error('the server has ended'))
      return new Promise((resolve) => {
        if (stdin.write(serializeMessage(message))) resolve()
        else stdin.once('drain', resolve)
      })
    },
    async close() {
      const ending = child
      child = undefined
      if (ending) await end(ending)
    },
  }
  return transport

  function read(bytes: Buffer): void {
    try {
      buffer.append(bytes)
      for (let message = buffer.readMessage(); message; message = buffer.readMessage()) {
        transport.onmessage?.(message)
      }
    } catch (error) {
      buffer = new ReadBuffer({ maxBufferSize: MAX_MESSAGE_BYTES })
      transport.onerror?.(error instanceof Error ? error : new Error(String(error)))
      if (child?.pid !== undefined) endGroup(child.pid, 'SIGKILL')
    }
  }
}

/** Closing its input asks a server to end; the rest of its group is not asked for long. */
async function end(child: ChildProcess): Promise<void> {
  const { pid } = child
  if (pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.stdin?.end()
  const terminate = setTimeout(() => endGroup(pid, 'SIGTERM'), END_MILLISECONDS / 2)
  const kill = setTimeout(() => endGroup(pid, 'SIGKILL'), END_MILLISECONDS)
  await exited
  clearTimeout(terminate)
  clearTimeout(kill)
}
