import type { JsonSchema } from '../json-schema.ts'
import type { ReservedParameter, Signature } from '../signature.ts'
import { readPythonDeclarations } from './declarations.ts'
import { type Docstring, docstringOf } from './docstring.ts'
import { defaultOf } from './fields.ts'
import { UNKNOWN } from './literals.ts'
import { childOf, type PythonNode, parsePython, pythonError } from './tree.ts'
import { createPythonTypes, type PythonTypes } from './types.ts'

const RESERVED: ReadonlySet<string> = new Set<ReservedParameter>([
  'agent_state',
  'agent_id',
  'client',
])

interface Parameter {
  readonly node: PythonNode
  readonly type: PythonNode | undefined
  readonly fallback: PythonNode | undefined
}

/** Throws UserError that names line and parameter. */
export function pythonSignature(source: string, wanted?: string): Signature {
  const declarations = readPythonDeclarations(parsePython(source))
  const found = findFunction(declarations.functions, wanted)
  const doc = docstringOf(childOf(found, 'Body')?.children ?? [])
  const types = createPythonTypes(declarations)
  const all = parametersOf(childOf(found, 'ParamList'))
  const shown = all.filter(({ node }) => !RESERVED.has(node.text))
  return {
    name: nameOf(found),
    description: doc.description,
    parameters: {
      type: 'object',
      properties: Object.fromEntries(
        shown.map((parameter) => [parameter.node.text, schemaOf(parameter, doc, types)]),
      ),
      required: shown.filter(({ fallback }) => !fallback).map(({ node }) => node.text),
      additionalProperties: false,
    },
    reserved: all.flatMap(({ node }) => (isReserved(node.text) ? [node.text] : [])),
  }
}

function findFunction(functions: readonly PythonNode[], wanted: string | undefined): PythonNode {
  const found =
    wanted === undefined
      ? functions.findLast((node) => !nameOf(node).startsWith('_'))
      : functions.findLast((node) => nameOf(node) === wanted)
  if (found) return found
  throw pythonError(
    undefined,
    wanted === undefined
      ? 'The source contains no function. Write one, such as: def add(a: int, b: int): …'
      : `The source contains no function ${wanted}`,
  )
}

function parametersOf(list: PythonNode | undefined): readonly Parameter[] {
  const items = (list?.children ?? []).slice(1, -1)
  return items.flatMap((node, index) => {
    const next = items[index + 1]
    if (node.name === '*' || node.name === '**') {
      if (next?.name !== 'VariableName') return []
      throw pythonError(
        node.line,
        `the parameter ${node.name}${next.text} can't be described to a model; name each parameter`,
      )
    }
    const before = items[index - 1]
    if (node.name !== 'VariableName' || before?.name === 'AssignOp') return []
    const type = next?.name === 'TypeDef' ? next.children.at(-1) : undefined
    const assign = type ? index + 2 : index + 1
    const fallback = items[assign]?.name === 'AssignOp' ? items[assign + 1] : undefined
    return [{ node, type, fallback }]
  })
}

function schemaOf({ node, type, fallback }: Parameter, doc: Docstring, types: PythonTypes) {
  const name = node.text
  const value = fallback ? types.value(fallback) : UNKNOWN
  const description = doc.params.get(name)
  return {
    ...typeOf({ node, type, fallback }, value, doc, types),
    ...(description !== undefined && description !== '' && { description }),
    ...defaultOf(value),
  } satisfies JsonSchema
}

/** From the type hint, else from the docstring, else from the default. */
function typeOf(
  { node, type }: Parameter,
  value: unknown,
  doc: Docstring,
  types: PythonTypes,
): JsonSchema {
  const place = { what: `the parameter ${node.text}`, open: [] }
  if (type) return types.read(type, place)
  const written = doc.types.get(node.text)
  const inDoc = written === undefined ? undefined : parsePython(written, node.line)
  const expression = inDoc?.children[0]?.children[0]
  if (expression) return types.read(expression, place)
  if (value !== UNKNOWN && value !== null) return schemaOfValue(value)
  throw pythonError(
    node.line,
    `the parameter ${node.text} has no type; write ${node.text}: str, or what it is`,
  )
}

function schemaOfValue(value: unknown): JsonSchema {
  if (Array.isArray(value)) {
    const [first] = value
    return { type: 'array', items: first === undefined ? {} : schemaOfValue(first) }
  }
  if (typeof value === 'number') return { type: Number.isInteger(value) ? 'integer' : 'number' }
  return { type: typeof value }
}

function nameOf(node: PythonNode): string {
  return childOf(node, 'VariableName')?.text ?? ''
}

function isReserved(name: string): name is ReservedParameter {
  return RESERVED.has(name)
}
