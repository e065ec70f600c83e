import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Authenticate } from '../core/authenticate.ts'
import { isRecord } from '../core/is-record.ts'
import { answerJson, askToWait, refuse, refuseMoreThanReading } from '../http/answers.ts'
import { bearerToken } from '../http/bearer-token.ts'
import type { OpenDoor } from '../http/open-door.ts'
import { readBody } from '../http/read-body.ts'
import { CODE_LIFE_SECONDS, createCodes } from './codes.ts'
import { policyFor } from './policy.ts'

const PAGE = '/'
/** `recollect open` asks here for a code, with a token. */
const CODE = '/page/code'
/** The page trades the code for the token here. */
const TOKEN = '/page/token'

export interface PageDoorOptions {
  readonly page: () => Promise<string>
  readonly authenticate: Authenticate
}

/** The page at `/`, and the two requests by which `recollect open` gives it a token. */
export function createPageDoor({ page, authenticate }: PageDoorOptions): OpenDoor {
  const codes = createCodes()

  async function answerPage(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (refuseMoreThanReading(request, response)) return
    const html = await page()
    const body = Buffer.from(html)
    response.writeHead(200, {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Length': body.length,
      'Content-Security-Policy': policyFor(html),
      'Cache-Control': 'no-store',
      'Cross-Origin-Resource-Policy': 'same-origin',
      'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
      'X-Frame-Options': 'DENY',
    })
    response.end(request.method === 'HEAD' ? undefined : body)
  }

  async function giveCode(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const token = bearerToken(request.headers.authorization)
    const access = await authenticate(token)
    if ('reason' in access) return refuse(response, 401, access.message)
    // A server that takes everybody needs no code.
    if (token === undefined) return answerJson(response, 200, { needed: false })
    const code = codes.issue(token)
    if (code === undefined) {
      return askToWait(response, 429, 'Too many codes wait to be used.', CODE_LIFE_SECONDS)
    }
    answerJson(response, 200, { needed: true, code, seconds: CODE_LIFE_SECONDS })
  }

  async function giveToken(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request)
    const code = isRecord(body) && typeof body.code === 'string' ? body.code : ''
    const token = codes.redeem(code)
    if (token === undefined) {
      return refuse(
        response,
        401,
        'This code was used before or is older than a minute. Run recollect open again.',
      )
    }
    answerJson(response, 200, { token })
  }

  return {
    leadsTo: (path) => path === PAGE || path === CODE || path === TOKEN,
    async answer(request, response, path) {
      if (path === PAGE) return answerPage(request, response)
      response.setHeader('Cache-Control', 'no-store')
      if (request.method !== 'POST') {
        response.setHeader('Allow', 'POST')
        return refuse(response, 405, 'Only POST is answered here.')
      }
      return path === CODE ? giveCode(request, response) : giveToken(request, response)
    },
  }
}
