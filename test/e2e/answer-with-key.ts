import { call as callTool, chunks, refuse, speak } from '../faults/answers.ts'
import type { Vendor } from '../faults/vendor.ts'
import { type Answer, textOf } from '../faults/wire.ts'
import { formsOf } from './canary.ts'

export const FAULTS = ['status', 'text', 'unfinished', 'headers', 'stream', 'success'] as const

/** Does as the last thing said to it asks; the key is in every answer. */
export const answerWithKey =
  (vendor: Vendor): Answer =>
  (response, request) => {
    const key = (vendor.requests.at(-1)?.headers.authorization ?? '').replace('Bearer ', '')
    const told = `Wrong key: ${formsOf(key).join(' ; ')}`
    const error = { message: told, code: key, type: key, param: key }
    const headers = { 'x-request-id': key, 'www-authenticate': `Bearer realm="${encodeURI(key)}"` }
    const answer = (): Answer => {
      // Embeddings, and lists of models.
      if (request.messages === undefined) return refuse(401, { error }, headers)
      const last = request.messages.findLast(({ role }) => role === 'user')
      const asked = last === undefined ? '' : textOf(last)
      const fault = FAULTS.find((name) => asked.includes(`fault: ${name}`))
      switch (fault) {
        case 'status':
          return refuse(401, { error }, headers)
        case 'text':
          return refuse(403, `<p>${'x'.repeat(250)} ${told}</p>`, headers)
        case 'unfinished':
          return refuse(500, { error }, headers)
        case 'headers':
          return (response) => response.writeHead(400, key.replaceAll('"', ''), headers).end()
        case 'stream':
          return chunks({ error })
        case 'success':
          return chunks(
            {
              id: key,
              model: key,
              system_fingerprint: key,
              choices: [{ delta: { content: 'Yes.' } }],
            },
            { id: key, choices: [{ delta: {}, finish_reason: 'stop' }], usage: { key } },
            '[DONE]',
          )
        case undefined:
          if (asked.includes('Ask the server')) return callTool('nasty__fail', { tell: true })
          return asked.includes('Write into your memory')
            ? callTool('core_memory_append', { label: 'human', content: 'Flies kites.' })
            : speak('Here I am.')
      }
    }
    answer()(response, request)
  }
