import type { InnerTool } from '../agent/tools/inner-tool.ts'
import type { ToolRegistry } from '../agent/tools/tool-registry.ts'
import { decodeCursor, encodeCursor, type Page } from '../core/page.ts'
import type { StoredTool } from '../core/stored-tool.ts'
import { normalText } from '../core/text.ts'
import type { ListedTool, ToolQuery, WholeTool } from '../core/tool-view.ts'
import { findAgent } from '../memory/find-agent.ts'
import type { Store } from '../storage/port/store.ts'
import { findTool } from './find-tool.ts'

/** Lists and shows tools, stored and built in. */
export function createToolLists(
  store: Store,
  registry: ToolRegistry,
  builtIn: () => readonly InnerTool[],
) {
  /** A cursor that is not positive counts the built-in tools that were shown. */
  async function list({ query = '', tags = [], limit, cursor }: ToolQuery) {
    const [position = 1] = decodeCursor(cursor) ?? []
    const filter = { query: normalText(query), tags: tags.map(normalText), limit, cursor }
    const page: Page<StoredTool> = position > 0 ? await store.tools.list(filter) : { items: [] }
    const items = page.items.map(whole)
    if (page.nextCursor !== undefined) return { items, nextCursor: page.nextCursor }
    const shown = position > 0 ? 0 : -position
    const others = tags.length > 0 ? [] : builtIn().map(wholeBuiltIn).filter(hasText(query))
    const more = others.slice(shown, shown + limit - items.length)
    const next = shown + more.length
    return {
      items: [...items, ...more],
      ...(next < others.length && { nextCursor: encodeCursor(-next) }),
    }
  }

  async function ofAgent({ agent = '', query = '', tags = [], limit, cursor }: ToolQuery) {
    const found = await findAgent(store.agents, agent)
    const stored = new Map(
      (await store.tools.ofAgent(found.id)).map(({ tool }) => [tool.name, tool]),
    )
    const [start = 0] = decodeCursor(cursor) ?? []
    const all = (await registry.ofAgent(store, found))
      .filter(({ name }) => tags.every((tag) => stored.get(name)?.tags.includes(normalText(tag))))
      .map((tool) => {
        const own = stored.get(tool.name)
        return own ? whole(own) : wholeBuiltIn(tool)
      })
      .filter(hasText(query))
    const end = start + limit
    return {
      items: all.slice(start, end),
      ...(end < all.length && { nextCursor: encodeCursor(end) }),
    }
  }

  return {
    list: (query: ToolQuery): Promise<Page<WholeTool>> =>
      query.agent === undefined ? list(query) : ofAgent(query),

    async get(reference: string): Promise<WholeTool> {
      const known = builtIn().find(({ name }) => name === reference)
      return known ? wholeBuiltIn(known) : whole(await findTool(store.tools, reference))
    },
  }
}

function whole(stored: StoredTool): WholeTool {
  const { id, name, description, language, effect, requiresApproval, version, parameters } = stored
  return {
    ...{ id, name, description, language, effect, requiresApproval, version, parameters },
    stored,
  }
}

function wholeBuiltIn(tool: InnerTool): WholeTool {
  const { name, description, effect, needsApproval, parameters } = tool
  return {
    id: name,
    name,
    description,
    language: 'builtin',
    effect,
    requiresApproval: needsApproval === 'every_call',
    version: 0,
    parameters,
  }
}

function hasText(query: string): (tool: ListedTool) => boolean {
  const text = query.toLowerCase()
  return ({ name, description }) => `${name}\n${description}`.toLowerCase().includes(text)
}
