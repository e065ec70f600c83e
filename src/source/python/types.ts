import type { JsonSchema } from '../json-schema.ts'
import { literalSchema, unionOf } from '../unions.ts'
import { type ClassDeclaration, type Declarations, enumMembers } from './declarations.ts'
import { docstringOf } from './docstring.ts'
import { defaultOf, type Field, fieldOf, withConstraints } from './fields.ts'
import { literalOf, UNKNOWN } from './literals.ts'
import { stringOf } from './strings.ts'
import { childOf, itemsOf, type PythonNode, parsePython, pythonError } from './tree.ts'

export interface PythonPlace {
  /** Such as `the parameter place.city`. */
  readonly what: string
  /** Classes and names that are being read. */
  readonly open: readonly string[]
}

export interface PythonTypes {
  /** Throws UserError that names the parameter and the line. */
  read(node: PythonNode, place: PythonPlace): JsonSchema
  /** Value of a default. */
  value(node: PythonNode): unknown
}

const SCALARS: Readonly<Record<string, JsonSchema>> = {
  str: { type: 'string' },
  bytes: { type: 'string' },
  int: { type: 'integer' },
  float: { type: 'number' },
  complex: { type: 'number' },
  Decimal: { type: 'number' },
  bool: { type: 'boolean' },
  None: { type: 'null' },
  Any: {},
  object: {},
  dict: { type: 'object' },
  Dict: { type: 'object' },
  Mapping: { type: 'object' },
  MutableMapping: { type: 'object' },
  tuple: { type: 'array' },
  Tuple: { type: 'array' },
  datetime: { type: 'string', format: 'date-time' },
  date: { type: 'string', format: 'date' },
  time: { type: 'string', format: 'time' },
  UUID: { type: 'string', format: 'uuid' },
  EmailStr: { type: 'string', format: 'email' },
  HttpUrl: { type: 'string', format: 'uri' },
  AnyUrl: { type: 'string', format: 'uri' },
  Path: { type: 'string' },
}
const LISTS = new Set([
  'list',
  'List',
  'Sequence',
  'MutableSequence',
  'Iterable',
  'Collection',
  'deque',
])
const SETS = new Set(['set', 'Set', 'frozenset', 'FrozenSet', 'AbstractSet', 'MutableSet'])
const MAPPINGS = new Set(['dict', 'Dict', 'Mapping', 'MutableMapping', 'defaultdict'])
const TRANSPARENT = new Set(['NotRequired', 'Required', 'ReadOnly', 'Final', 'ClassVar', 'Type'])

export function createPythonTypes(declarations: Declarations): PythonTypes {
  const { classes, assigned } = declarations
  return { read, value: (node) => literalOf(node, named) }

  /** `Mode.FAST`, `Mode.FAST.value`, or a constant of the source. */
  function named(name: string): unknown {
    const [owner = '', member] = name.split('.')
    const declared = classes.get(owner)
    const found = declared && enumMembers(declared)?.find(([key]) => key === member)
    if (found) return found[1]
    const constant = member === undefined ? assigned.get(owner) : undefined
    return constant && constant.name !== 'VariableName'
      ? literalOf(constant, () => UNKNOWN)
      : UNKNOWN
  }

  function read(node: PythonNode, place: PythonPlace): JsonSchema {
    switch (node.name) {
      case 'None':
        return { type: 'null' }
      case 'VariableName':
        return byName(node.text, node, place)
      case 'String':
        return read(quotedType(node, place), place)
      case 'ParenthesizedExpression': {
        const [inner] = itemsOf(node)
        return inner ? read(inner, place) : refuse(node, place)
      }
      case 'BinaryExpression': {
        const [left, operator, right] = node.children
        if (operator?.text !== '|' || !left || !right) return refuse(node, place)
        return choice([left, right], place)
      }
      case 'MemberExpression':
        return member(node, place)
    }
    return refuse(node, place)
  }

  function member(node: PythonNode, place: PythonPlace): JsonSchema {
    const [head, bracket] = node.children
    if (!head || bracket?.name !== '[') return byName(lastPart(node.text), node, place)
    const args = itemsOf(node).slice(1)
    const [first, second] = args.flatMap((arg) =>
      arg.name === 'TupleExpression' ? itemsOf(arg) : [arg],
    )
    const name = lastPart(head.text)
    if (name === 'Union') return choice(args, place)
    if (name === 'Literal') return literal(args, node, place)
    if (!first) return refuse(node, place)
    if (name === 'Optional') return withoutNull([read(first, place)])
    if (name === 'Annotated') return annotated(first, args.slice(1), place)
    if (LISTS.has(name)) return { type: 'array', items: read(first, place) }
    if (SETS.has(name)) return { type: 'array', items: read(first, place), uniqueItems: true }
    if (MAPPINGS.has(name)) {
      return { type: 'object', additionalProperties: second ? read(second, place) : {} }
    }
    if (name === 'tuple' || name === 'Tuple') return tuple(args, place)
    if (TRANSPARENT.has(name)) return read(first, place)
    return refuse(node, place)
  }

  function tuple(args: readonly PythonNode[], place: PythonPlace): JsonSchema {
    const [first, second] = args
    if (first && (second?.text === '...' || second?.name === 'Ellipsis')) {
      return { type: 'array', items: read(first, place) }
    }
    const items = args.map((arg) => read(arg, place))
    return { type: 'array', prefixItems: items, minItems: items.length, maxItems: items.length }
  }

  function annotated(
    type: PythonNode,
    notes: readonly PythonNode[],
    place: PythonPlace,
  ): JsonSchema {
    let schema = read(type, place)
    for (const note of notes) {
      const text = note.name === 'String' ? stringOf(note.text) : undefined
      if (text !== undefined) schema = { ...schema, description: text }
      if (note.name === 'CallExpression') {
        schema = withConstraints(schema, fieldOf(note, named).schema)
      }
    }
    return schema
  }

  function literal(args: readonly PythonNode[], node: PythonNode, place: PythonPlace): JsonSchema {
    const values = args.map((arg) => literalOf(arg, named))
    if (values.includes(UNKNOWN)) return refuse(node, place)
    return literalSchema(
      values.filter((value) => value !== null),
      typeName,
    )
  }

  function choice(options: readonly PythonNode[], place: PythonPlace): JsonSchema {
    return withoutNull(options.map((option) => read(option, place)))
  }

  function byName(name: string, node: PythonNode, place: PythonPlace): JsonSchema {
    const declared = classes.get(name)
    const alias = assigned.get(name)
    if (place.open.includes(name)) {
      throw pythonError(
        node.line,
        `the type ${name} of ${place.what} contains itself, which can't be described to a model`,
      )
    }
    const inner = { ...place, open: [...place.open, name] }
    if (declared) return ofClass(declared, node, inner)
    if (alias) return read(newType(alias) ?? alias, inner)
    const scalar = SCALARS[name]
    if (scalar) return { ...scalar }
    if (LISTS.has(name)) return { type: 'array', items: {} }
    if (SETS.has(name)) return { type: 'array', items: {}, uniqueItems: true }
    throw pythonError(
      node.line,
      `the type ${name} of ${place.what} is not known; use str, int, float, bool, list, dict, Literal, Optional, or a class that the source declares`,
    )
  }

  function ofClass(declared: ClassDeclaration, node: PythonNode, place: PythonPlace): JsonSchema {
    const members = enumMembers(declared)
    if (!members) return model(declared, place)
    const values = members.map(([, value]) => value)
    return values.includes(UNKNOWN) ? refuse(node, place) : literalSchema(values, typeName)
  }

  /** A dataclass, TypedDict, NamedTuple or pydantic model: its annotated attributes. */
  function model(declared: ClassDeclaration, place: PythonPlace): JsonSchema {
    const doc = docstringOf(declared.body)
    const isTotal = declared.options.get('total')?.text !== 'False'
    const inherited = declared.bases.flatMap((base) => {
      const parent = classes.get(base)
      return parent && !place.open.includes(base)
        ? [model(parent, { ...place, open: [...place.open, base] })]
        : []
    })
    const properties: Record<string, JsonSchema> = Object.assign(
      {},
      ...inherited.map((schema) => schema.properties),
    )
    const required = new Set(inherited.flatMap((schema) => schema.required ?? []))
    for (const statement of declared.body) {
      const type = childOf(statement, 'TypeDef')?.children.at(-1)
      const name = statement.children[0]?.text
      if (statement.name !== 'AssignStatement' || !type || name === undefined) continue
      if (/\bClassVar\b/.test(type.text) || name === 'model_config') continue
      const field = fieldIn(statement)
      const described = doc.params.get(name)
      properties[name] = withConstraints(
        {
          ...read(type, { ...place, what: `${place.what}.${name}` }),
          ...(described !== undefined && described !== '' && { description: described }),
        },
        field.schema,
      )
      const mayLack = /\bNotRequired\b/.test(type.text) || !isTotal
      if (field.isOptional || (mayLack && !/\bRequired\[/.test(type.text))) required.delete(name)
      else required.add(name)
    }
    return {
      type: 'object',
      ...(doc.description !== '' && { description: doc.description }),
      properties,
      ...(required.size > 0 && { required: [...required] }),
      additionalProperties: false,
    }
  }

  function fieldIn(statement: PythonNode): Field {
    const value = statement.children.at(-1)
    if (!value || value.name === 'TypeDef') return { schema: {}, isOptional: false }
    if (value.name === 'CallExpression' && /(^|\.)[Ff]ield\(/.test(value.text)) {
      return fieldOf(value, named)
    }
    return { schema: defaultOf(literalOf(value, named)), isOptional: true }
  }
}

/** Models cope better with what may be left out than with null, so null is left out of a choice. */
function withoutNull(parts: readonly JsonSchema[]): JsonSchema {
  const others = parts.filter(({ type }) => type !== 'null')
  return others.length === 0 ? { type: 'null' } : unionOf(others, typeName)
}

/** Python tells integers from other numbers. */
function typeName(value: unknown): string {
  return Number.isInteger(value) ? 'integer' : typeof value
}

function quotedType(node: PythonNode, place: PythonPlace): PythonNode {
  const text = stringOf(node.text)
  const expression =
    text === undefined ? undefined : parsePython(text, node.line).children[0]?.children[0]
  return expression ?? refuse(node, place)
}

/** `NewType('UserId', int)`: the type it is made of. */
function newType(node: PythonNode): PythonNode | undefined {
  if (node.name !== 'CallExpression' || lastPart(node.children[0]?.text ?? '') !== 'NewType') {
    return undefined
  }
  return itemsOf(childOf(node, 'ArgList'))[1]
}

function lastPart(name: string): string {
  return name.split('.').at(-1) ?? name
}

function refuse(node: PythonNode, place: PythonPlace): never {
  throw pythonError(
    node.line,
    `the type ${node.text} of ${place.what} can't be described to a model; use str, int, float, bool, list, dict, Literal, Optional, an Enum, a dataclass or a BaseModel`,
  )
}
