import { literalOf, UNKNOWN } from './literals.ts'
import { childOf, itemsOf, type PythonNode } from './tree.ts'

/** Declarations at the top level of a source. */
export interface Declarations {
  readonly classes: ReadonlyMap<string, ClassDeclaration>
  /** Names that are set to a type or to a value. */
  readonly assigned: ReadonlyMap<string, PythonNode>
  readonly functions: readonly PythonNode[]
}

export interface ClassDeclaration {
  readonly name: string
  readonly node: PythonNode
  /** Last parts of the names of its bases, such as `BaseModel`. */
  readonly bases: readonly string[]
  /** Keyword arguments of the class, such as `total`. */
  readonly options: ReadonlyMap<string, PythonNode>
  readonly body: readonly PythonNode[]
}

export function readPythonDeclarations(top: PythonNode): Declarations {
  const classes = new Map<string, ClassDeclaration>()
  const assigned = new Map<string, PythonNode>()
  const functions: PythonNode[] = []
  for (const statement of top.children) {
    const node =
      statement.name === 'DecoratedStatement'
        ? (childOf(statement, 'FunctionDefinition') ?? childOf(statement, 'ClassDefinition'))
        : statement
    if (node?.name === 'FunctionDefinition') functions.push(node)
    if (node?.name === 'ClassDefinition') {
      const declared = classOf(node)
      classes.set(declared.name, declared)
    }
    if (node?.name === 'AssignStatement' || node?.name === 'TypeDefinition') {
      const name = childOf(node, 'VariableName')
      const value = node.children.at(-1)
      if (name && value && value.name !== 'TypeDef') assigned.set(name.text, value)
    }
  }
  return { classes, assigned, functions }
}

/** Members of an enum with their values; undefined for any other class. */
export function enumMembers(
  declared: ClassDeclaration,
): readonly (readonly [string, unknown])[] | undefined {
  if (!declared.bases.some((base) => /(Enum|Flag)$/.test(base))) return undefined
  const isText = declared.bases.includes('StrEnum')
  let last = 0
  return declared.body.flatMap((statement) => {
    const [name] = statement.children
    const value = statement.children.at(-1)
    if (statement.name !== 'AssignStatement' || name?.name !== 'VariableName' || !value) return []
    if (name.text.startsWith('_')) return []
    if (value.name === 'CallExpression' && /(^|\.)auto\(\)$/.test(value.text)) {
      last += 1
      return [[name.text, isText ? name.text.toLowerCase() : last]]
    }
    const literal = literalOf(value, () => UNKNOWN)
    if (typeof literal === 'number') last = literal
    return [[name.text, literal]]
  })
}

function classOf(node: PythonNode): ClassDeclaration {
  const items = itemsOf(childOf(node, 'ArgList'))
  const options = new Map<string, PythonNode>()
  const bases: string[] = []
  for (const [index, item] of items.entries()) {
    if (item.name === 'AssignOp') {
      const [name, value] = [items[index - 1], items[index + 1]]
      if (name && value) options.set(name.text, value)
    } else if (items[index + 1]?.name !== 'AssignOp' && items[index - 1]?.name !== 'AssignOp') {
      bases.push(item.text.replace(/\[.*$/s, '').split('.').at(-1) ?? '')
    }
  }
  const name = childOf(node, 'VariableName')?.text ?? ''
  return { name, node, bases, options, body: childOf(node, 'Body')?.children ?? [] }
}
