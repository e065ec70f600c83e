import { parentPort } from 'node:worker_threads'
import type { FromParser, ToParser } from '../batch.ts'
import { Refused } from '../refused.ts'
import { parse } from './parse.ts'

/*
 * The thread that parses files. It is bundled into a file of its own with all parsers, so that a start of Recollect loads
 * none of them, and has limits, so that a hostile file ends the thread and not the server.
 */

const port = parentPort
if (!port) throw new Error('it runs as a thread')

let goOn: (() => void) | undefined
const tell = (said: FromParser) => port.postMessage(said)

port.on('message', (said: ToParser) => {
  if (said.type === 'next') goOn?.()
  else void work(said.task)
})

async function work(task: Parameters<typeof parse>[0]): Promise<void> {
  try {
    for await (const batch of parse(task)) {
      // One batch at a time, so that a slow database holds the parser back.
      const taken = new Promise<void>((resolve) => {
        goOn = resolve
      })
      tell({ type: 'batch', batch })
      await taken
    }
    tell({ type: 'done' })
  } catch (error) {
    const reason =
      error instanceof Refused
        ? error.message
        : 'It could not be read: it may be damaged, or of another kind than its name says.'
    tell({ type: 'refused', reason })
  }
}
