import { parse } from '@babel/parser'
import type { Node, ObjectPattern } from '@babel/types'
import { UserError } from '../../core/errors.ts'
import type { JsonSchema } from '../json-schema.ts'
import type { Signature } from '../signature.ts'
import { readDeclarations } from './declarations.ts'
import { findFunction } from './functions.ts'
import { type JsDocParam, readJsDoc } from './jsdoc.ts'
import { keyOf, literalOf, UNKNOWN } from './literals.ts'
import { type NamedParameter, parametersOf } from './parameters.ts'
import { parseTypeScript, sourceError } from './parse.ts'
import { allowsUndefined } from './type-nodes.ts'
import { createTypeReader, type Place, type TypeReader } from './types.ts'

interface Argument {
  readonly name: string
  readonly schema: JsonSchema
  readonly isRequired: boolean
}

/** Throws UserError that names line and parameter. */
export function typescriptSignature(source: string, wanted?: string): Signature {
  const parsed = parseTypeScript(source)
  const found = findFunction(parsed, wanted)
  const doc = readJsDoc(found.doc)
  const read = createTypeReader(readDeclarations(parsed.program.body))
  const reader: Reader = { read, docs: doc.params, source }
  const parameters = parametersOf(found)
  const args = parameters.flatMap((parameter) => {
    if (parameter.kind === 'all') return takenApart(parameter.target, reader)
    return parameter.kind === 'named' ? [argumentOf(parameter, reader)] : []
  })
  return {
    name: found.name,
    description: doc.description,
    parameters: {
      type: 'object',
      properties: Object.fromEntries(args.map(({ name, schema }) => [name, schema])),
      required: args.filter(({ isRequired }) => isRequired).map(({ name }) => name),
      additionalProperties: false,
    },
    reserved: parameters.flatMap((one) => (one.kind === 'reserved' ? [one.name] : [])),
  }
}

interface Reader {
  readonly read: TypeReader
  readonly docs: ReadonlyMap<string, JsDocParam>
  readonly source: string
}

function argumentOf({ name, target, fallback }: NamedParameter, reader: Reader): Argument {
  const value = fallback === undefined ? UNKNOWN : literalOf(fallback)
  const annotation = 'typeAnnotation' in target ? target.typeAnnotation : undefined
  const isOptional = 'optional' in target && target.optional === true
  const doc = reader.docs.get(name)
  const schema = annotation
    ? reader.read(annotation, placeOf(name, reader))
    : untyped(name, value, target, reader)
  return {
    name,
    schema: described(schema, doc, value),
    isRequired:
      fallback === undefined &&
      !isOptional &&
      !doc?.isOptional &&
      !(annotation && allowsUndefined(annotation)),
  }
}

/** `({ city, days = 3 }: Options)`: the properties are the parameters. */
function takenApart(pattern: ObjectPattern, reader: Reader): readonly Argument[] {
  const annotation = pattern.typeAnnotation
  const schema = annotation ? reader.read(annotation, placeOf('', reader)) : undefined
  const defaults = new Map(
    pattern.properties.flatMap((property) => {
      const key = property.type === 'ObjectProperty' ? keyOf(property.key) : undefined
      if (property.type !== 'ObjectProperty' || key === undefined) return []
      return [[key, property.value.type === 'AssignmentPattern' ? property.value.right : undefined]]
    }),
  )
  const names = schema ? Object.keys(schema.properties ?? {}) : [...defaults.keys()]
  return names.map((name) => {
    const fallback = defaults.get(name)
    const value = fallback ? literalOf(fallback) : UNKNOWN
    const doc = findDoc(name, reader.docs)
    const own =
      schema?.properties?.[name] ??
      untyped(name, value, pattern, { ...reader, docs: new Map(doc ? [[name, doc]] : []) })
    const isRequired = schema ? schema.required?.includes(name) === true : !doc?.isOptional
    return {
      name,
      schema: described(own, doc, value),
      isRequired: isRequired && fallback === undefined,
    }
  })
}

/** `@param options.city` describes the property `city`. */
function findDoc(name: string, docs: ReadonlyMap<string, JsDocParam>): JsDocParam | undefined {
  const nested = [...docs].find(([path]) => path.endsWith(`.${name}`))
  return docs.get(name) ?? nested?.[1]
}

function described(schema: JsonSchema, doc: JsDocParam | undefined, value: unknown): JsonSchema {
  return {
    ...schema,
    ...(doc && doc.description !== '' && { description: doc.description }),
    ...(value !== UNKNOWN && value !== null && { default: value }),
  }
}

/** The type of a parameter that names none: from its JSDoc, or from its default. */
function untyped(name: string, value: unknown, node: Node, reader: Reader): JsonSchema {
  const written = reader.docs.get(name)?.type
  if (written !== undefined) return reader.read(jsdocType(written, node), placeOf(name, reader))
  if (value !== UNKNOWN && value !== null) return schemaOfValue(value)
  throw sourceError(
    node.loc?.start.line,
    `the parameter ${name} has no type; write ${name}: string, or what it is`,
  )
}

function schemaOfValue(value: unknown): JsonSchema {
  if (Array.isArray(value)) {
    const [first] = value
    return { type: 'array', items: first === undefined ? {} : schemaOfValue(first) }
  }
  return { type: typeof value }
}

/** JSDoc has spellings of its own for what TypeScript writes otherwise. */
function jsdocType(text: string, node: Node): Node {
  const typescript = text
    .replace(/^\?(.*)$/, '$1 | null')
    .replace(/^\*$/, 'unknown')
    .replaceAll('.<', '<')
    .replace(/\bObject</g, 'Record<')
  try {
    const { program } = parse(`type T = ${typescript}`, { plugins: ['typescript'] })
    const [alias] = program.body
    if (alias?.type === 'TSTypeAliasDeclaration')
      return { ...alias.typeAnnotation, loc: node.loc ?? null }
  } catch {
    // Named below.
  }
  throw new UserError('invalid_argument', `The type {${text}} in the JSDoc comment can't be read.`)
}

function placeOf(name: string, { source }: Reader): Place {
  const what = name === '' ? 'the parameters' : `the parameter ${name}`
  return { what, source, open: [], given: new Map() }
}
