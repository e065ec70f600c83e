import type { Tool } from './define-tool.ts'
import { inputSchema, type JsonSchema, outputSchema } from './json-schema.ts'

/** A tool as it appears in `tools/list`. */
export function describeTool(tool: Tool) {
  return {
    name: tool.name,
    title: tool.title,
    description: tool.description,
    inputSchema: objectSchema(inputSchema(tool.input)),
    outputSchema: objectSchema(outputSchema(tool.output)),
    annotations: { ...tool.annotations },
  }
}

function objectSchema(schema: JsonSchema) {
  return { ...schema, type: 'object' as const }
}
