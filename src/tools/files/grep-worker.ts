import { parentPort, workerData } from 'node:worker_threads'
import type { GrepAnswer, GrepQuestion, GrepSetup } from './grep-thread.ts'

/* The thread that tries a pattern. It is ended with a pattern that takes too long. */

const port = parentPort
if (!port) throw new Error('it runs as a thread')

const { include, pattern }: GrepSetup = workerData
const patterns = { include: new RegExp(include, 'i'), pattern: new RegExp(pattern, 'i') }

port.on('message', ({ which, texts }: GrepQuestion) => {
  const found = texts.flatMap((text, index) => (patterns[which].test(text) ? [index] : []))
  port.postMessage({ found } satisfies GrepAnswer)
})
