import { firstReads } from './desk/first-reads.ts'
import { readRoute } from './desk/route.ts'
import { codeIn, sessionToken } from './desk/token.ts'
import { sendEarly } from './mcp/early.ts'
import { isInHost } from './mcp/is-in-host.ts'

// In the head of the page: the server answers while the browser reads the rest.
if (!isInHost() && codeIn(location.hash) === undefined) {
  const calls = firstReads(readRoute(location.hash)).map(
    ([name, args]) => ['tools/call', { name, arguments: args }] as const,
  )
  sendEarly([...calls, ['tools/list', {}]], sessionToken(sessionStorage).read())
}
