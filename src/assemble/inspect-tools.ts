import type { Config } from '../config/config.ts'
import type { Log } from '../core/log.ts'
import { pythonVersion } from '../sandbox/python/version.ts'
import type { ServerView } from '../tool-servers/tool-servers.ts'
import { lazyToolServers } from './lazy.ts'

interface ToolFacilities {
  /** Its version; undefined: it is not installed, and no tool in Python runs. */
  readonly pyodide: string | undefined
  readonly servers: readonly ServerView[]
}

/** Answers what agents' tools can use here. Each server is tried. */
export async function inspectTools(config: Config, log: Log): Promise<ToolFacilities> {
  const servers = lazyToolServers(config, log)
  try {
    const found = await servers.list(undefined, { connect: true })
    return { pyodide: pythonVersion(), servers: found }
  } finally {
    await servers.close()
  }
}
