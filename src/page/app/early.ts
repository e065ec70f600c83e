import { firstReads } from './desk/first-reads.ts'
import { readRoute } from './desk/route.ts'
import { codeIn, sessionToken } from './desk/token.ts'
import { sendEarly } from './mcp/early.ts'
import { isInHost } from './mcp/is-in-host.ts'

// In the head of the page: the server answers while the browser reads the rest.
if (!isInHost() && codeIn(location.hash) === undefined) {
  const { needed, more } = firstReads(readRoute(location.hash))
  const call = ([name, args]: (typeof more)[number]) =>
    ['tools/call', { name, arguments: args }] as const
  const calls = [...needed.map(call), ['tools/list', {}] as const, ...more.map(call)]
  sendEarly(calls, sessionToken(sessionStorage).read())
}
