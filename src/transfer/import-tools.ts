import type { Timestamp } from '../core/clock.ts'
import { UserError } from '../core/errors.ts'
import { newId, type ToolId } from '../core/ids.ts'
import type { ToolDefinition } from '../core/stored-tool.ts'
import type { Store, Transaction } from '../storage/port/store.ts'
import type { AgentChecks } from './format/agent-checks.ts'
import type { Bundle } from './format/bundle.ts'

export interface ReadTools {
  /** Tools that this server has with the same code, by name: an imported agent may have them. */
  readonly usable: ReadonlyMap<string, ToolId>
  readonly fresh: readonly ToolDefinition[]
  /** Names of all tools of the bundle. */
  readonly told: readonly string[]
  readonly warnings: readonly string[]
}

const AUTHOR = { name: 'import' }

/** Code of a file comes from anyone, so new tools are stored for a person to look at, and no agent has them. */
export async function readTools(
  store: Pick<Store, 'tools'>,
  { tools }: Bundle,
  checks: AgentChecks,
): Promise<ReadTools> {
  const known = new Map(
    (await store.tools.named(tools.map(({ name }) => name))).map((tool) => [tool.name, tool]),
  )
  const usable = new Map<string, ToolId>()
  const fresh = new Map<string, ToolDefinition>()
  const warnings: string[] = []
  for (const { name, fields } of tools) {
    const own = known.get(name)
    const shown = JSON.stringify(name)
    if (own && own.source.trim() === fields.source?.trim()) usable.set(name, own.id)
    else if (own)
      warnings.push(
        `The tool ${shown} was not imported: there is one of that name with other code.`,
      )
    else {
      try {
        fresh.set(name, await checks.tool(fields))
      } catch (error) {
        if (!(error instanceof UserError)) throw error
        warnings.push(`The tool ${shown} was not imported. ${error.message}`)
      }
    }
  }
  const stored = [...fresh.keys()].map((name) => JSON.stringify(name)).join(', ')
  if (fresh.size > 0)
    warnings.push(
      `Tools of the file were stored, and no agent has them yet: ${stored}. Read them with get_tool, and give them to an agent with attach_tool.`,
    )
  return { usable, fresh: [...fresh.values()], told: tools.map(({ name }) => name), warnings }
}

export async function storeTools(
  tx: Transaction,
  { fresh }: ReadTools,
  at: Timestamp,
): Promise<void> {
  for (const definition of fresh) {
    const stored = await tx.tools.insert(newId('tool'), definition, { author: AUTHOR, at })
    if (stored) continue
    throw new UserError(
      'conflict',
      `A tool "${definition.name}" was created at the same moment; nothing was imported. Import again.`,
    )
  }
}
