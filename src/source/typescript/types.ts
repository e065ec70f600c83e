import type { Node, TSTypeElement } from '@babel/types'
import type { JsonSchema } from '../json-schema.ts'
import { literalSchema as choiceOf, unionOf } from '../unions.ts'
import type { Declaration, Declarations } from './declarations.ts'
import { enumMembers } from './enums.ts'
import { jsdocText } from './functions.ts'
import { readJsDoc } from './jsdoc.ts'
import { keyOf, literalOf, UNKNOWN } from './literals.ts'
import { closed, merge } from './objects.ts'
import { sourceError } from './parse.ts'
import { allowsUndefined, argumentsOf, nameOf } from './type-nodes.ts'

/** The surroundings of a type: the words of an error, the types that are being read, and those that stand for a name. */
export interface Place {
  /** Such as `the parameter place.city`. */
  readonly what: string
  readonly source: string
  readonly open: readonly string[]
  readonly given: ReadonlyMap<string, JsonSchema>
}

const KEYWORDS: Readonly<Record<string, JsonSchema>> = {
  TSStringKeyword: { type: 'string' },
  TSTemplateLiteralType: { type: 'string' },
  TSNumberKeyword: { type: 'number' },
  TSBigIntKeyword: { type: 'integer' },
  TSBooleanKeyword: { type: 'boolean' },
  TSNullKeyword: { type: 'null' },
  TSObjectKeyword: { type: 'object' },
  TSAnyKeyword: {},
  TSUnknownKeyword: {},
}

export type TypeReader = (node: Node, place: Place) => JsonSchema

/** Reads types into JSON Schema. The reader throws UserError that names the parameter and the line. */
export function createTypeReader(declarations: Declarations): TypeReader {
  return read

  function read(node: Node, place: Place): JsonSchema {
    const keyword = KEYWORDS[node.type]
    if (keyword) return { ...keyword }
    switch (node.type) {
      case 'TSTypeAnnotation':
      case 'TSParenthesizedType':
        return read(node.typeAnnotation, place)
      case 'TSTypeOperator':
        if (node.operator === 'readonly') return read(node.typeAnnotation, place)
        if (node.operator === 'keyof') return literalSchema(keysOf(node.typeAnnotation, place))
        break
      case 'TSArrayType':
        return { type: 'array', items: read(node.elementType, place) }
      case 'TSTupleType':
        return tuple(node.elementTypes, place)
      case 'TSLiteralType': {
        const value = literalOf(node.literal)
        return value === UNKNOWN ? { type: 'string' } : literalSchema([value])
      }
      case 'TSUnionType':
        return unionOf(
          node.types
            .filter(({ type }) => type !== 'TSUndefinedKeyword' && type !== 'TSNullKeyword')
            .map((type) => read(type, place)),
          typeName,
        )
      case 'TSIntersectionType':
        return node.types.map((type) => read(type, place)).reduce(merge)
      case 'TSTypeLiteral':
        return objectOf(node.members, place)
      case 'TSIndexedAccessType':
        return indexed(node.objectType, node.indexType, node, place)
      case 'TSTypeReference':
        return reference(node, place)
      case 'TSExpressionWithTypeArguments':
        return reference(node, place)
    }
    return refuse(node, place)
  }

  function reference(node: Node, place: Place): JsonSchema {
    const name = nameOf(node)
    const args = argumentsOf(node)
    const given = place.given.get(name)
    if (given) return given
    const declared = declarations.types.get(name)
    if (declared) return readDeclared(name, declared, args, node, place)
    return builtIn(name, args, node, place)
  }

  function readDeclared(
    name: string,
    declared: Declaration,
    args: readonly Node[],
    node: Node,
    place: Place,
  ): JsonSchema {
    if (place.open.includes(name)) {
      throw sourceError(
        node.loc?.start.line,
        `the type ${name} of ${place.what} contains itself, which can't be described to a model`,
      )
    }
    const given = new Map(
      declared.parameters.map((parameter, index) => {
        const arg = args[index]
        return [parameter, arg ? read(arg, place) : {}]
      }),
    )
    const inner = { ...place, open: [...place.open, name], given }
    const schema = bodyOf(declared, inner)
    return declared.description === ''
      ? schema
      : { ...schema, description: schema.description ?? declared.description }
  }

  function bodyOf(declared: Declaration, place: Place): JsonSchema {
    switch (declared.kind) {
      case 'alias':
        return read(declared.type, place)
      case 'enum':
        return literalSchema(enumMembers(declared.node).map(([, value]) => value))
      case 'interface':
        return [
          ...declared.bases.map((base) => read(base, place)),
          objectOf(declared.members, place),
        ].reduce(merge)
    }
  }

  function builtIn(name: string, args: readonly Node[], node: Node, place: Place): JsonSchema {
    const [first, second] = args
    switch (name) {
      case 'Array':
      case 'ReadonlyArray':
        return { type: 'array', items: first ? read(first, place) : {} }
      case 'Set':
      case 'ReadonlySet':
        return { type: 'array', items: first ? read(first, place) : {}, uniqueItems: true }
      case 'Record':
      case 'Map':
      case 'ReadonlyMap':
        return record(first, second, place)
      case 'Date':
        return { type: 'string', format: 'date-time' }
      case 'Partial': {
        const { required: _required, ...schema } = first ? read(first, place) : {}
        return schema
      }
      case 'Required': {
        const schema = first ? read(first, place) : {}
        return { ...schema, required: Object.keys(schema.properties ?? {}) }
      }
      case 'Readonly':
      case 'NonNullable':
        return first ? read(first, place) : {}
      case 'Pick':
      case 'Omit':
        return first && second ? select(first, second, name === 'Pick', place) : {}
      case 'Exclude':
      case 'Extract':
        return first && second ? filter(first, second, name === 'Extract', place) : {}
      case 'String':
      case 'Number':
      case 'Boolean':
        return { type: name.toLowerCase() }
      case 'Object':
        return { type: 'object' }
    }
    if (name === '' || name === 'Function' || name === 'Promise') return refuse(node, place)
    throw sourceError(
      node.loc?.start.line,
      `the type ${name} of ${place.what} is not declared in the source; declare it there`,
    )
  }

  function record(key: Node | undefined, value: Node | undefined, place: Place): JsonSchema {
    const schema = value ? read(value, place) : {}
    const keys = key ? read(key, place).enum : undefined
    if (!keys) return { type: 'object', additionalProperties: schema }
    const names = keys.map(String)
    return closed(Object.fromEntries(names.map((name) => [name, schema])), names)
  }

  function select(type: Node, keys: Node, isKept: boolean, place: Place): JsonSchema {
    const schema = read(type, place)
    const names = new Set(read(keys, place).enum?.map(String))
    const keep = (name: string) => names.has(name) === isKept
    return closed(
      Object.fromEntries(Object.entries(schema.properties ?? {}).filter(([name]) => keep(name))),
      (schema.required ?? []).filter(keep),
    )
  }

  function filter(type: Node, by: Node, isKept: boolean, place: Place): JsonSchema {
    const values = new Set(read(by, place).enum)
    return literalSchema(
      (read(type, place).enum ?? []).filter((value) => values.has(value) === isKept),
    )
  }

  function tuple(elements: readonly Node[], place: Place): JsonSchema {
    const types = elements.map((one) => (one.type === 'TSNamedTupleMember' ? one.elementType : one))
    const rest = types.find(({ type }) => type === 'TSRestType')
    if (rest) return rest.type === 'TSRestType' ? read(rest.typeAnnotation, place) : {}
    return {
      type: 'array',
      prefixItems: types.map((type) => read(type, place)),
      minItems: types.length,
      maxItems: types.length,
    }
  }

  function objectOf(members: readonly TSTypeElement[], place: Place): JsonSchema {
    const properties: Record<string, JsonSchema> = {}
    const required: string[] = []
    for (const member of members) {
      if (member.type === 'TSIndexSignature') {
        const value = member.typeAnnotation
        return { type: 'object', additionalProperties: value ? read(value, place) : {} }
      }
      const key = member.type === 'TSPropertySignature' ? keyOf(member.key) : undefined
      if (member.type !== 'TSPropertySignature' || key === undefined || !member.typeAnnotation) {
        return refuse(member, place)
      }
      const { description } = readJsDoc(jsdocText(member))
      const schema = read(member.typeAnnotation, { ...place, what: `${place.what}.${key}` })
      properties[key] = description === '' ? schema : { ...schema, description }
      if (!member.optional && !allowsUndefined(member.typeAnnotation)) required.push(key)
    }
    return closed(properties, required)
  }

  /** `(typeof LIST)[number]`, `Place['city']`. */
  function indexed(object: Node, index: Node, node: Node, place: Place): JsonSchema {
    const target = object.type === 'TSParenthesizedType' ? object.typeAnnotation : object
    if (target.type === 'TSTypeQuery') {
      const value = constantOf(target)
      if (Array.isArray(value) && index.type === 'TSNumberKeyword') return literalSchema(value)
      if (index.type === 'TSTypeOperator' && typeof value === 'object' && value !== null) {
        return literalSchema(Object.values(value))
      }
      return refuse(node, place)
    }
    const schema = read(target, place)
    if (index.type === 'TSNumberKeyword') return schema.items ?? refuse(node, place)
    const key = index.type === 'TSLiteralType' ? literalOf(index.literal) : UNKNOWN
    return schema.properties?.[String(key)] ?? refuse(node, place)
  }

  function keysOf(node: Node, place: Place): readonly string[] {
    const target = node.type === 'TSParenthesizedType' ? node.typeAnnotation : node
    const value = target.type === 'TSTypeQuery' ? constantOf(target) : undefined
    if (typeof value === 'object' && value !== null) return Object.keys(value)
    return Object.keys(read(target, place).properties ?? refuse(node, place))
  }

  function constantOf(node: Extract<Node, { type: 'TSTypeQuery' }>): unknown {
    const name = node.exprName.type === 'Identifier' ? node.exprName.name : ''
    return literalOf(declarations.constants.get(name))
  }
}

const typeName = (value: unknown) => typeof value
const literalSchema = (values: readonly unknown[]) => choiceOf(values, typeName)

function refuse(node: Node, place: Place): never {
  const text = place.source.slice(node.start ?? 0, node.end ?? 0)
  throw sourceError(
    node.loc?.start.line,
    `the type ${text} of ${place.what} can't be described to a model; use string, number, boolean, Date, arrays, objects and unions of literals`,
  )
}
