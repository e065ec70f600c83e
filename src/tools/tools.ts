import type { Caller } from '../core/access.ts'
import { type Clock, toTimestamp } from '../core/clock.ts'
import { UserError } from '../core/errors.ts'
import type { AgentId } from '../core/ids.ts'
import { newId, type ToolId } from '../core/ids.ts'
import type { Page, PageRequest } from '../core/page.ts'
import type { StoredTool, ToolDefinition, ToolVersionHead } from '../core/stored-tool.ts'
import { cleanText } from '../core/text.ts'
import type { ToolChanges, ToolFields } from '../core/tool-view.ts'
import type { Store, Transaction } from '../storage/port/store.ts'
import { checkRights, defineTool, ofServer, type ReadSource } from './define-tool.ts'
import { diffDefinitions } from './diff-definitions.ts'
import { findTool } from './find-tool.ts'

export interface ToolsOptions {
  readonly store: Store
  readonly clock: Clock
  readonly readSource: ReadSource
  /** Takes the tool from an agent that has it. */
  readonly take: (tx: Transaction, agentId: AgentId, name: string, at: string) => Promise<void>
}

/** Creates, changes and deletes the tools of a namespace. */
export function createTools({ store, clock, readSource, take }: ToolsOptions) {
  async function check(fields: ToolFields, caller: Caller): Promise<ToolDefinition> {
    if (fields.source === undefined || fields.source.trim() === '') {
      throw new UserError('invalid_argument', 'The source is empty. Give a function to run.')
    }
    return defineTool(fields, undefined, caller, readSource)
  }

  async function change(
    reference: string,
    caller: Caller,
    { expectedVersion, reason }: Pick<ToolChanges, 'expectedVersion' | 'reason'>,
    next: (tool: StoredTool) => Promise<ToolDefinition>,
  ): Promise<StoredTool> {
    // The source is read before the transaction, which fails if the tool has changed since.
    const before = await findTool(store.tools, reference)
    if (before.language === 'mcp') throw ofServer(before.name)
    checkVersion(before, expectedVersion)
    const definition = await next(before)
    if (isSame(definition, before)) return before
    return store.transaction(async (tx) => {
      const tool = await findTool(tx.tools, before.id)
      checkVersion(tool, expectedVersion ?? before.version)
      if (definition.name !== tool.name) await checkNotAttached(tx, tool)
      const changed = await tx.tools.update(tool, definition, {
        author: { name: caller.name },
        at: toTimestamp(clock()),
        ...(reason !== undefined && { reason: cleanText(reason) }),
      })
      return changed ?? nameTaken(definition.name)
    })
  }

  async function versionOf(tool: StoredTool, version: number): Promise<ToolDefinition> {
    const definition = await store.tools.definitionAt(tool.id, version)
    if (definition !== undefined) return definition
    throw new UserError(
      'not_found',
      `The tool "${tool.name}" has no version ${version}. It has the versions 1 to ${tool.version}; tool_history tells of each.`,
    )
  }

  return {
    check,

    async create(fields: ToolFields, caller: Caller): Promise<StoredTool> {
      const definition = await check(fields, caller)
      const note = { author: { name: caller.name }, at: toTimestamp(clock()) }
      return store.transaction(
        async (tx) =>
          (await tx.tools.insert(newId('tool'), definition, note)) ?? nameTaken(definition.name),
      )
    },

    update: (
      reference: string,
      { expectedVersion, reason, ...fields }: ToolChanges,
      caller: Caller,
    ): Promise<StoredTool> =>
      change(reference, caller, { expectedVersion, reason }, (tool) =>
        defineTool(fields, tool, caller, readSource),
      ),

    /** Makes an older version current, as a new version. */
    restore: (reference: string, version: number, caller: Caller): Promise<StoredTool> =>
      change(reference, caller, { reason: `Restored from version ${version}` }, async (tool) => {
        const definition = await versionOf(tool, version)
        checkRights(definition, caller)
        return definition
      }),

    /** Unified diff of two versions. */
    async diff(reference: string, from: number, to: number | undefined): Promise<string> {
      const tool = await findTool(store.tools, reference)
      return diffDefinitions(
        tool.name,
        { version: from, definition: await versionOf(tool, from) },
        { version: to ?? tool.version, definition: await versionOf(tool, to ?? tool.version) },
      )
    },

    /** Takes it from every agent that has it. Throws a UserError if a tool rule of one of them names it. */
    async delete(reference: string): Promise<ToolId> {
      const at = toTimestamp(clock())
      return store.transaction(async (tx) => {
        const { id, name, language } = await findTool(tx.tools, reference)
        if (language === 'mcp') throw ofServer(name)
        for (const agentId of await tx.tools.agentsOf(id)) await take(tx, agentId, name, at)
        await tx.tools.delete(id, at)
        return id
      })
    },

    /** Newest first. */
    async history(reference: string, page: PageRequest): Promise<Page<ToolVersionHead>> {
      const { id } = await findTool(store.tools, reference)
      return store.tools.versions(id, page)
    },
  }
}

function isSame(definition: ToolDefinition, tool: ToolDefinition): boolean {
  const names = Object.keys(definition) as (keyof ToolDefinition)[]
  return names.every((name) => JSON.stringify(definition[name]) === JSON.stringify(tool[name]))
}

function checkVersion(tool: StoredTool, expected: number | undefined): void {
  if (expected === undefined || expected === tool.version) return
  throw new UserError(
    'conflict',
    `The tool "${tool.name}" is at version ${tool.version}, not ${expected}; nothing was changed. Read it with get_tool, and repeat the change with expected_version ${tool.version} if it still makes sense.`,
  )
}

/** Lists of tools and tool rules of agents name it. */
async function checkNotAttached(tx: Transaction, tool: StoredTool): Promise<void> {
  const [agentId] = await tx.tools.agentsOf(tool.id)
  if (agentId === undefined) return
  throw new UserError(
    'conflict',
    `The tool "${tool.name}" can't get another name while an agent has it (${agentId}); nothing was changed. Keep its name by giving it as name, or take it from its agents with detach_tool first.`,
  )
}

function nameTaken(name: string): never {
  throw new UserError(
    'conflict',
    `There is a tool "${name}" already; nothing was changed. Change it with update_tool, or give another name.`,
  )
}
