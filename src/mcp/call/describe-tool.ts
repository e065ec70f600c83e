import type { Tool } from './define-tool.ts'
import { inputSchema, outputSchema } from './json-schema.ts'

/** A tool as it appears in `tools/list`. */
export function describeTool(tool: Tool) {
  return {
    name: tool.name,
    title: tool.title,
    description: tool.description,
    inputSchema: inputSchema(tool.input),
    outputSchema: outputSchema(tool.output),
    annotations: { ...tool.annotations },
  }
}
