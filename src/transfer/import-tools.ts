import type { Timestamp } from '../core/clock.ts'
import { UserError } from '../core/errors.ts'
import { newId, type ToolId } from '../core/ids.ts'
import type { StoredTool, ToolDefinition } from '../core/stored-tool.ts'
import { excerpt } from '../core/text.ts'
import type { Store, Transaction } from '../storage/port/store.ts'
import type { AgentChecks } from './format/agent-checks.ts'
import type { Bundle, BundledTool } from './format/bundle.ts'

export interface ReadTools {
  /** Tools that this server has with the same code, by name: an imported agent may have them. */
  readonly usable: ReadonlyMap<string, ToolId>
  readonly fresh: readonly ToolDefinition[]
  /** Names of all tools of the bundle. */
  readonly told: readonly string[]
  readonly warnings: readonly string[]
}

/** Characters of a name in a warning. Chosen by hand. */
const NAME_SHOWN = 100

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
  for (const tool of tools) {
    const { name } = tool
    const own = known.get(name)
    const shown = JSON.stringify(excerpt(name, NAME_SHOWN))
    if (own && isSame(own, tool)) usable.set(name, own.id)
    else if (tool.kind === 'server') {
      const server = JSON.stringify(excerpt(tool.server, NAME_SHOWN))
      warnings.push(
        `The tool ${shown} was not imported: it belongs to the tool server ${server}, of which this server knows no such tool.`,
      )
    } else if (own)
      warnings.push(
        `The tool ${shown} was not imported: there is one of that name with other code.`,
      )
    else {
      try {
        const { capabilities = [], ...fields } = tool.fields
        fresh.set(name, named(await checks.tool(fields), name))
        if (capabilities.length > 0)
          warnings.push(
            `The tool ${shown} was stored without the capabilities that it asks for: ${capabilities.join(', ')}. Give them with update_tool.`,
          )
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

/** The same code, or the same server's. */
function isSame(own: StoredTool, tool: BundledTool): boolean {
  if (tool.kind === 'server') return own.language === 'mcp' && own.source === tool.server
  return own.language !== 'mcp' && own.source.trim() === tool.fields.source?.trim()
}

/** The agents of a file know the tool by that name. */
function named(definition: ToolDefinition, name: string): ToolDefinition {
  if (definition.name === name) return definition
  throw new UserError('invalid_argument', `Its code defines "${definition.name}".`)
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
