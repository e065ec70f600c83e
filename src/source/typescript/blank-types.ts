import type { ClassBody, Node } from '@babel/types'
import { childrenOf } from './children.ts'
import { enumAsObject } from './enums.ts'
import { type ParsedTypeScript, sourceError } from './parse.ts'

interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** TypeScript that has a meaning at run time which blanking can't keep. */
const REFUSED: Readonly<Record<string, string>> = {
  TSModuleDeclaration: 'namespaces',
  TSParameterProperty: 'properties declared in the parameters of a constructor',
  TSImportEqualsDeclaration: 'import = …',
  TSExportAssignment: 'export = …',
  Decorator: 'decorators',
}

/** Parts of a node that are types and nothing else. */
const TYPE_PARTS = ['typeAnnotation', 'returnType', 'typeParameters', 'typeArguments'] as const
const MODIFIERS = ['declare', 'abstract', 'override', 'readonly', 'accessibility'] as const

/**
 * Replaces types by spaces, so that every line and column of the JavaScript is that of the TypeScript. An enum becomes
 * an object on its first line. Throws UserError for what can't be kept.
 */
export function blankTypes({ source, program }: ParsedTypeScript): string {
  const edits: Edit[] = []
  for (const statement of program.body) visit(statement)
  return apply(source, edits)

  function visit(node: Node): void {
    const refused = REFUSED[node.type]
    if (refused !== undefined) {
      throw sourceError(
        node.loc?.start.line,
        `${refused} can't be used in a tool; write plain JavaScript for it`,
      )
    }
    if (isOnlyType(node)) blankStatement(node)
    else if (node.type === 'TSEnumDeclaration') {
      replace(node, `var ${node.id.name} = ${enumAsObject(node)};`)
    } else if (isExpressionWithType(node)) {
      visit(node.expression)
      blank(at(node).start, at(node.expression).start)
      blank(at(node.expression).end, at(node).end)
    } else visitCode(node)
  }

  function visitCode(node: Node): void {
    if (node.type === 'ClassDeclaration' || node.type === 'ClassExpression') blankHeritage(node)
    blankMarks(node)
    blankTypeParts(node)
    if (node.type === 'ArrowFunctionExpression') keepArrowOnItsLine(node)
    dropThis(node)
    for (const child of childrenOf(node)) if (!isType(child)) visit(child)
  }

  function blank(start: number, end: number): void {
    edits.push({ start, end, text: spaces(source.slice(start, end)) })
  }

  function replace(node: Node, text: string): void {
    const { start, end } = at(node)
    edits.push({ start, end, text: text + source.slice(start, end).replace(/[^\n]/g, '') })
  }

  /** A semicolon stays, so that the lines around it do not become one statement. */
  function blankStatement(node: Node): void {
    const { start, end } = at(node)
    edits.push({ start, end, text: `;${spaces(source.slice(start + 1, end))}` })
  }

  function blankTypeParts(node: Node): void {
    const parts: Readonly<Record<string, unknown>> = { ...node }
    for (const key of [...TYPE_PARTS, 'superTypeParameters', 'superTypeArguments']) {
      const part = parts[key]
      if (isPlace(part)) blank(part.start, part.end)
    }
  }

  /** `?`, `!` and modifiers such as `private`. */
  function blankMarks(node: Node): void {
    if (node.type === 'Identifier' && node.optional) {
      blankFirst('?', at(node).start + node.name.length)
    }
    if (node.type === 'VariableDeclarator' && node.definite) {
      blankFirst('!', at(node.id).start + nameLength(node.id))
    }
    if (!isMember(node)) return
    const { start } = at(node)
    const key = at(node.key)
    if (node.optional) blankFirst('?', key.end)
    if ('definite' in node && node.definite) blankFirst('!', key.end)
    const before = source.slice(start, key.start)
    const flags: Readonly<Record<string, unknown>> = { ...node }
    for (const modifier of MODIFIERS) {
      const word = modifier === 'accessibility' ? flags.accessibility : flags[modifier] && modifier
      if (typeof word !== 'string') continue
      const found = new RegExp(`\\b${word}\\b`).exec(before)
      if (found) blank(start + found.index, start + found.index + word.length)
    }
  }

  function blankFirst(mark: string, from: number): void {
    const index = source.indexOf(mark, from)
    blank(index, index + mark.length)
  }

  function blankHeritage(node: Extract<Node, { body: ClassBody }>): void {
    const body = at(node.body).start
    const first = node.implements?.[0]
    if (first) {
      const { start } = at(first)
      blank(source.lastIndexOf('implements', start), body)
    }
    if ('abstract' in node && node.abstract) blankFirst('abstract', at(node).start)
  }

  /** JavaScript allows no line break before `=>`: the parenthesis moves behind a return type of several lines. */
  function keepArrowOnItsLine(node: Extract<Node, { type: 'ArrowFunctionExpression' }>): void {
    if (!isPlace(node.returnType)) return
    const { start, end } = node.returnType
    if (!source.slice(start, end).includes('\n')) return
    const parenthesis = source.lastIndexOf(')', start)
    edits.push({ start: parenthesis, end: parenthesis + 1, text: ' ' })
    edits.push({ start: end - 1, end, text: ')' })
  }

  /** A first parameter `this` is a type only. */
  function dropThis(node: Node): void {
    if (!('params' in node) || !Array.isArray(node.params)) return
    const [first, second] = node.params
    if (first?.type !== 'Identifier' || first.name !== 'this') return
    blank(at(first).start, second ? at(second).start : at(first).end)
  }
}

function apply(source: string, edits: readonly Edit[]): string {
  const characters = source.split('')
  for (const { start, end, text } of edits) {
    if (text.length === end - start) {
      for (let index = start; index < end; index += 1) {
        characters[index] = text[index - start] ?? ' '
      }
      continue
    }
    characters[start] = text
    characters.fill('', start + 1, end)
  }
  return characters.join('')
}

function spaces(text: string): string {
  return text.replace(/[^\n]/g, ' ')
}

function isType(node: Node): boolean {
  return /^TS(?!As|Satisfies|Instantiation|NonNull|TypeAssertion|Enum|Module|Parameter|Import|Export)/.test(
    node.type,
  )
}

function isOnlyType(node: Node): boolean {
  switch (node.type) {
    case 'ImportDeclaration':
      return node.importKind === 'type'
    case 'ExportNamedDeclaration':
      return node.exportKind === 'type' || (node.declaration ? isOnlyType(node.declaration) : false)
    case 'ExportAllDeclaration':
      return node.exportKind === 'type'
    case 'ExportDefaultDeclaration':
      return isType(node.declaration)
    case 'VariableDeclaration':
    case 'ClassDeclaration':
    case 'TSEnumDeclaration':
      return node.declare === true
    case 'ClassProperty':
      return node.declare === true || node.abstract === true
    case 'FunctionDeclaration':
      return node.declare === true
    default:
      return isType(node)
  }
}

/** `value as T`, `value!`, `<T>value` and the like. */
function isExpressionWithType(
  node: Node,
): node is Extract<Node, { type: 'TSAsExpression' | 'TSTypeAssertion' | 'TSNonNullExpression' }> {
  return /^TS(As|Satisfies|Instantiation|NonNull)Expression$|^TSTypeAssertion$/.test(node.type)
}

function isMember(
  node: Node,
): node is Extract<Node, { type: 'ClassProperty' | 'ClassMethod' | 'ClassPrivateProperty' }> {
  return /^Class(Private|Accessor)?(Property|Method)$/.test(node.type)
}

function isPlace(value: unknown): value is { readonly start: number; readonly end: number } {
  return typeof value === 'object' && value !== null && 'start' in value && 'end' in value
}

function nameLength(node: Node): number {
  return node.type === 'Identifier' ? node.name.length : 0
}

/** Where a node that the parser made stands. */
export function at(node: Node): { readonly start: number; readonly end: number } {
  return { start: node.start ?? 0, end: node.end ?? 0 }
}
