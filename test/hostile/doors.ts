/** A text argument somewhere in what a tool takes, by its path; a list holds the text once. */
export interface Door {
  readonly tool: string
  readonly path: readonly string[]
  /** Arguments with the text in its place, and what else the tool needs. */
  fill(text: string): Record<string, unknown>
}

interface Schema {
  readonly type?: string
  readonly enum?: readonly unknown[]
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
}

/** Every text argument of a tool. `usual` are values by the name of an argument that let a call go as far as it can. */
export function doorsOf(
  tool: { readonly name: string; readonly inputSchema: unknown },
  usual: Readonly<Record<string, unknown>>,
): readonly Door[] {
  const schema = tool.inputSchema as Schema
  return textPaths(schema).map((path) => ({
    tool: tool.name,
    path,
    fill: (text) => {
      const filled = fillObject(schema, path, text, usual)
      return typeof filled === 'object' && filled !== null ? { ...filled } : {}
    },
  }))
}

function textPaths(schema: Schema, path: readonly string[] = []): readonly (readonly string[])[] {
  if (schema.type === 'string') return [path]
  if (schema.type === 'array') return textPaths(schema.items ?? {}, [...path, '[]'])
  return Object.entries(schema.properties ?? {}).flatMap(([name, inner]) =>
    textPaths(inner, [...path, name]),
  )
}

function fillObject(
  schema: Schema,
  path: readonly string[],
  text: string,
  usual: Readonly<Record<string, unknown>>,
): unknown {
  const [first, ...rest] = path
  if (first === undefined) return text
  if (first === '[]') return [fillObject(schema.items ?? {}, rest, text, usual)]
  const needed = (schema.required ?? []).map((name) => [name, usual[name] ?? 1])
  return {
    ...Object.fromEntries(needed),
    [first]: fillObject(schema.properties?.[first] ?? {}, rest, text, usual),
  }
}
