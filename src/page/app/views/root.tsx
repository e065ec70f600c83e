import { useEffect, useLayoutEffect, useMemo, useState } from 'preact/hooks'
import { createDesk, type Desk, DeskProvider } from '../desk/desk.ts'
import { firstReads } from '../desk/first-reads.ts'
import { createReads } from '../desk/reads.ts'
import { readRoute } from '../desk/route.ts'
import { codeIn, redeem, sessionToken, type TokenBox } from '../desk/token.ts'
import type { McpClient } from '../mcp/client.ts'
import { messageOf, Unauthorized } from '../mcp/errors.ts'
import { createHttpClient } from '../mcp/http-client.ts'
import type { Agent } from '../mcp/shapes.ts'
import { Problem, Waiting } from '../ui/parts.tsx'
import { Shell } from './shell.tsx'
import { SignIn } from './sign-in.tsx'

type State =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'locked'; readonly reason: string }
  | { readonly kind: 'unreachable'; readonly problem: string }
  | { readonly kind: 'ready'; readonly desk: Desk }

/** How often the page looks for a server that is away; chosen by hand. */
const RETRY_MILLISECONDS = 2_000

/** Connects, asks for a token where the server wants one, and then shows the page. */
export function Root() {
  const [state, setState] = useState<State>({ kind: 'connecting' })
  const token = useMemo(() => sessionToken(sessionStorage), [])
  const client = useMemo(() => createHttpClient(token.read), [token])

  const lock = (reason: string) => {
    token.forget()
    setState({ kind: 'locked', reason })
  }
  const connect = async () => {
    try {
      setState({ kind: 'ready', desk: await openDesk(client, lock) })
    } catch (error) {
      if (error instanceof Unauthorized) return lock(error.message)
      setState({ kind: 'unreachable', problem: messageOf(error) })
    }
  }
  // Before the first frame: the server answers while the browser paints.
  useLayoutEffect(() => {
    void tradeCode(token).then(connect, (error: unknown) => lock(messageOf(error)))
  }, [])
  useEffect(() => {
    if (state.kind !== 'unreachable') return
    const timer = setTimeout(connect, RETRY_MILLISECONDS)
    return () => clearTimeout(timer)
  }, [state])

  switch (state.kind) {
    case 'connecting':
      return <Connecting />
    case 'unreachable':
      return (
        <div class="centred">
          <Problem text={`${state.problem} Trying again every 2 seconds.`} onRetry={connect} />
        </div>
      )
    case 'locked':
      return (
        <SignIn
          reason={state.reason}
          onToken={(given) => {
            token.keep(given)
            void connect()
          }}
        />
      )
    case 'ready':
      return (
        <DeskProvider value={state.desk}>
          <Shell />
        </DeskProvider>
      )
  }
}

/** Before it says that it connects; most answers come sooner. Chosen by hand. */
const SILENT_MILLISECONDS = 150

function Connecting() {
  const [isLong, setIsLong] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setIsLong(true), SILENT_MILLISECONDS)
    return () => clearTimeout(timer)
  }, [])
  return isLong ? <Waiting>Connecting to the server …</Waiting> : null
}

/** The code in the address is taken out of it before anything else happens. */
async function tradeCode(token: TokenBox): Promise<void> {
  const code = codeIn(location.hash)
  if (code === undefined) return
  history.replaceState(null, '', `${location.pathname}#/`)
  token.keep(await redeem(code))
}

async function openDesk(
  client: McpClient,
  onUnauthorized: (reason: string) => void,
): Promise<Desk> {
  const reads = createReads(client)
  const { needed, more } = firstReads(readRoute(location.hash))
  const first = [client.tools(), reads.begin(needed)] as const
  void reads.begin(more)
  const [tools] = await Promise.all(first)
  const getAgent = tools.find(({ name }) => name === 'get_agent')
  const isOne = getAgent !== undefined && !getAgent.takes.has('agent')
  const { agent } = isOne
    ? await client.call<{ agent?: Agent }>('get_agent', {})
    : { agent: undefined }
  return createDesk({ client, reads, tools, only: agent?.id, onUnauthorized })
}
