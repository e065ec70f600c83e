import type { ToolDefinition } from '../core/stored-tool.ts'
import { diffValues } from '../memory/diff-values.ts'

interface Side {
  readonly version: number
  readonly definition: ToolDefinition
}

/** Unified diff of a tool's source with its texts and rights, which stand before it. Pure. */
export function diffDefinitions(name: string, from: Side, to: Side): string {
  return diffValues(
    name,
    { version: from.version, value: textOf(from.definition) },
    { version: to.version, value: textOf(to.definition) },
  )
}

/** A line for each field, then the source. */
function textOf({ source, entry: _entry, given: _given, ...fields }: ToolDefinition): string {
  const lines = Object.entries(fields).map(([field, value]) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    return `${field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}: ${text}`
  })
  return `${lines.join('\n')}\n\n${source}`
}
