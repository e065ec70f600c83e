import { createServerFactory, type ServerFactory } from '../../src/mcp/serve/server.ts'
import type { McpContext } from '../../src/service/context.ts'

type Ports = Omit<
  McpContext,
  'namespace' | 'signingKey' | 'stats' | 'onChange' | 'concernedBy' | 'pinnedTo'
>
type Parts = { readonly [Port in keyof Ports]?: Partial<Ports[Port]> }

/** A context of which a test gives the parts that it means; everything else throws. */
export function stubContext(parts: Parts = {}): McpContext {
  return {
    namespace: 'default',
    agents: port('agents', parts.agents),
    conversations: port('conversations', parts.conversations),
    runs: port('runs', parts.runs),
    jobs: port('jobs', parts.jobs),
    groups: port('groups', parts.groups),
    schedules: port('schedules', parts.schedules),
    syncs: port('syncs', parts.syncs),
    companions: port('companions', parts.companions),
    load: port('load', parts.load),
    folders: port('folders', parts.folders),
    memory: port('memory', parts.memory),
    archival: port('archival', parts.archival),
    archives: port('archives', parts.archives),
    recall: port('recall', parts.recall),
    tools: port('tools', parts.tools),
    transfer: port('transfer', parts.transfer),
    models: port('models', parts.models),
    signingKey: async () => new Uint8Array(32),
    stats: async () => {
      throw new Error('stats was not expected')
    },
    onChange: () => () => undefined,
    concernedBy: async () => ({ agents: [] }),
  }
}

export interface StubServer {
  readonly createServer: ServerFactory
  readonly logged: string[]
}

export function stubServer(parts: Parts = {}): StubServer {
  const logged: string[] = []
  const createServer = createServerFactory({
    toolsets: ['core'],
    version: '1.2.3',
    context: async () => stubContext(parts),
    log: (level, message, fields) => logged.push(`${level} ${message} ${JSON.stringify(fields)}`),
  })
  return { createServer, logged }
}

function port<T extends object>(name: string, methods: Partial<T> = {}): T {
  return new Proxy(methods, {
    get(target, method) {
      const value: unknown = Reflect.get(target, method)
      if (value !== undefined) return value
      return () => {
        throw new Error(`${name}.${String(method)} was not expected`)
      }
    },
  }) as T
}
