import { useEffect, useState } from 'preact/hooks'
import { messageOf } from '../mcp/errors.ts'
import type { Paged } from '../mcp/shapes.ts'
import type { CheckedTool, ListedTool, WholeTool } from '../mcp/tool-shapes.ts'
import { type Desk, useDesk } from './desk.ts'
import { TOOLS, toolUri } from './uris.ts'
import { type Loaded, useLoaded } from './use-loaded.ts'
import { useSettled } from './use-settled.ts'

const PAGE = 50
/** After the last key, before the server is asked; chosen by hand. */
const TYPING_MILLISECONDS = 200

export interface ToolPage extends Paged {
  readonly tools: readonly ListedTool[]
}

/** Tools whose name or description contains the query; those of users first. */
export function useTools(query: string) {
  const desk = useDesk()
  const asked = useSettled(query, TYPING_MILLISECONDS)
  const [size, setSize] = useState(PAGE)
  const loaded = useLoaded<ToolPage>(`tools ${asked} ${size}`, [TOOLS], () =>
    pages(desk, asked, size),
  )
  const [kept, setKept] = useState<ToolPage | undefined>()
  useEffect(() => {
    if (loaded.value) setKept(loaded.value)
  }, [loaded.value])
  return { ...loaded, value: loaded.value ?? kept, more: () => setSize(size + PAGE * 2) }
}

async function pages(desk: Desk, query: string, size: number): Promise<ToolPage> {
  let tools: readonly ListedTool[] = []
  let cursor: string | undefined
  do {
    const asked = { query: query || undefined, limit: PAGE, cursor }
    const page = await desk.call<ToolPage>('list_tools', asked)
    tools = [...tools, ...page.tools]
    cursor = page.next_cursor
  } while (cursor !== undefined && tools.length < size)
  return { tools, ...(cursor !== undefined && { next_cursor: cursor }) }
}

export function useTool(id: string): Loaded<WholeTool> {
  const desk = useDesk()
  return useLoaded(`tool ${id}`, [toolUri(id)], () => loadTool(desk, id))
}

/** A long source comes in several answers; saving half of it would lose the rest. */
async function loadTool(desk: Desk, tool: string): Promise<WholeTool> {
  const ask = (offset?: number) => desk.call<{ tool: WholeTool }>('get_tool', { tool, offset })
  let { tool: whole } = await ask()
  while (whole.next_offset !== undefined) {
    const { tool: piece } = await ask(whole.next_offset)
    if (piece.version !== whole.version) return loadTool(desk, tool)
    whole = { ...piece, source: (whole.source ?? '') + (piece.source ?? '') }
  }
  return whole
}

/** A source as the model would see it, or what is wrong with it. */
export interface Checked {
  readonly tool: CheckedTool | undefined
  readonly problem: string | undefined
  readonly isOld: boolean
}

export function useCheckedSource(source: string, language: string): Checked {
  const desk = useDesk()
  const asked = useSettled(`${language}\n${source}`, TYPING_MILLISECONDS)
  const [found, setFound] = useState<Checked & { readonly asked: string }>()
  useEffect(() => {
    if (source.trim() === '' || !desk.can('check_tool')) return setFound(undefined)
    let isMine = true
    const tell = (tool: CheckedTool | undefined, problem?: string) => {
      if (isMine) setFound({ tool, problem, isOld: false, asked })
    }
    desk
      .call<{ tool: CheckedTool }>('check_tool', { source, language: language || undefined })
      .then(
        ({ tool }) => tell(tool),
        (error: unknown) => tell(undefined, messageOf(error)),
      )
    return () => {
      isMine = false
    }
  }, [asked])
  return {
    tool: found?.tool,
    problem: found?.problem,
    isOld: found?.asked !== `${language}\n${source}`,
  }
}

/** Arguments to begin a trial with: each required one empty, in its type. Pure. */
export function exampleArguments(parameters: string): string {
  const schema = readSchema(parameters)
  const names = schema.required ?? Object.keys(schema.properties ?? {})
  const example = names.map((name) => [name, exampleOf(schema.properties?.[name])])
  return JSON.stringify(Object.fromEntries(example), null, 2)
}

export interface Property {
  readonly type?: string
  readonly description?: string
  readonly default?: unknown
  readonly enum?: readonly unknown[]
  readonly items?: Property
}

export interface ParameterSchema {
  readonly properties?: Readonly<Record<string, Property>>
  readonly required?: readonly string[]
}

export function readSchema(parameters: string): ParameterSchema {
  try {
    return JSON.parse(parameters)
  } catch {
    return {}
  }
}

function exampleOf(property: Property | undefined): unknown {
  if (property?.default !== undefined) return property.default
  if (property?.enum) return property.enum[0]
  switch (property?.type) {
    case 'integer':
    case 'number':
      return 0
    case 'boolean':
      return false
    case 'array':
      return []
    case 'object':
      return {}
    default:
      return ''
  }
}
