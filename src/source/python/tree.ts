import type { SyntaxNode } from '@lezer/common'
import { parser } from '@lezer/python'
import { UserError } from '../../core/errors.ts'

/** A node of Python source with its text; nodes of quoted types belong to a source of their own. */
export interface PythonNode {
  readonly name: string
  readonly text: string
  /** From 1, in the source that the user wrote. */
  readonly line: number
  /** Without comments. */
  readonly children: readonly PythonNode[]
}

/** Chosen by hand: far more than anyone writes, and parsed in well under a second. */
const MAX_SOURCE_CHARS = 200_000

/** Throws UserError that names the line if a part of it is not Python. The parser itself never fails. */
export function parsePython(source: string, firstLine = 1): PythonNode {
  if (source.length > MAX_SOURCE_CHARS) {
    throw new UserError(
      'limit_exceeded',
      `The source is longer than ${MAX_SOURCE_CHARS} characters. Shorten it.`,
    )
  }
  const lineAt = (position: number) =>
    firstLine + (source.slice(0, position).match(/\n/g)?.length ?? 0)
  const tree = parser.parse(source)
  tree.iterate({
    enter({ type, from }) {
      if (type.isError) throw pythonError(lineAt(from), "this can't be read as Python")
    },
  })
  return wrap(tree.topNode, source, lineAt)
}

export function pythonError(line: number | undefined, problem: string): UserError {
  const where = line === undefined ? '' : `Line ${line}: `
  return new UserError(
    'invalid_argument',
    `${where}${/[.!?]$/.test(problem) ? problem : `${problem}.`}`,
  )
}

export function childOf(node: PythonNode, name: string): PythonNode | undefined {
  return node.children.find((child) => child.name === name)
}

/** The items between brackets, without the commas. */
export function itemsOf(node: PythonNode | undefined): readonly PythonNode[] {
  return (node?.children ?? []).filter(({ name }) => !/^[[\](){},:]$/.test(name))
}

function wrap(node: SyntaxNode, source: string, lineAt: (position: number) => number): PythonNode {
  let children: readonly PythonNode[] | undefined
  return {
    name: node.name,
    text: source.slice(node.from, node.to),
    get line() {
      return lineAt(node.from)
    },
    get children() {
      children ??= childrenOf(node).map((child) => wrap(child, source, lineAt))
      return children
    },
  }
}

function childrenOf(node: SyntaxNode): readonly SyntaxNode[] {
  const found: SyntaxNode[] = []
  for (let child = node.firstChild; child; child = child.nextSibling) {
    if (child.name !== 'Comment') found.push(child)
  }
  return found
}
