import { inspectTools } from '../../app/app.ts'
import type { Config } from '../../config/config.ts'
import { secretsOf } from '../../config/secrets.ts'
import { createLog } from '../../core/log.ts'
import type { Tell } from './doctor-report.ts'

/** Tells what agents' tools can use: sandboxes, a search of the web, and the tools of other servers. */
export async function checkTools(config: Config, tell: Tell): Promise<void> {
  const { pyodide, servers } = await inspectTools(
    config,
    createLog(config.logLevel, secretsOf(config)),
  )
  const python =
    pyodide === undefined
      ? 'TypeScript runs in the sandbox; for Python install pyodide: npm install --global pyodide'
      : `TypeScript and Python (pyodide ${pyodide}) run in the sandbox`
  const search = config.webSearch && `, web_search asks ${config.webSearch.service}`
  tell('Tools', `ok: ${python}${search ?? ''}`, {
    tools: { pyodide: pyodide ?? null, web_search: config.webSearch?.service ?? null },
    tool_servers: servers.map(({ tools, ...server }) => ({ ...server, tools: tools.length })),
  })
  for (const { name, transport, tools, error } of servers) {
    if (error !== undefined) tell('Server', `FAILED: ${name} (${transport}): ${error}`)
    else tell('Server', `ok: ${name} (${transport}), ${countOf(tools.length)}`)
  }
}

function countOf(tools: number): string {
  if (tools === 0) return 'no tools: it lists none, or the list of tools in its settings fits none'
  return tools === 1 ? 'one tool' : `${tools} tools`
}
