import { dirname, join } from 'node:path'
import type { Config } from '../config/config.ts'
import type { Log } from '../core/log.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import type { ToolServers } from '../tool-servers/tool-servers.ts'

/** The servers of tools. Their client is loaded by the first server that is configured. */
export function lazyToolServers({ toolServers }: Config, log: Log): ToolServers {
  let opened: Promise<ToolServers> | undefined
  const open = () => {
    opened ??= import('../tool-servers/create-tool-servers.ts').then(({ createToolServers }) =>
      createToolServers({ ...toolServers, log, now: Date.now }),
    )
    return opened
  }
  const isEmpty = toolServers.servers.size === 0
  return {
    tools: async (namespace) => (isEmpty ? [] : (await open()).tools(namespace)),
    call: async (call) => (await open()).call(call),
    list: async (...given) => (isEmpty ? [] : (await open()).list(...given)),
    async close() {
      await (await opened)?.close()
    },
  }
}

/** Beside the data; a server on PostgreSQL has no folder of its own. */
function cacheFolderOf({ database }: Config): string | undefined {
  return database.kind === 'sqlite' ? join(dirname(database.path), 'cache') : undefined
}

/** The sandbox, started by the first call of a tool. */
export function lazySandbox(config: Config, log: Log) {
  let opened: Promise<Sandbox> | undefined
  return {
    open() {
      opened ??= import('../sandbox/calls/create-sandbox.ts').then(({ createSandbox }) =>
        createSandbox({ log, cacheFolder: cacheFolderOf(config) }),
      )
      return opened
    },
    async close() {
      await (await opened?.catch(() => undefined))?.close()
    },
  }
}
