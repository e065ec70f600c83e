import type { TSEnumDeclaration } from '@babel/types'
import { keyOf, literalOf } from './literals.ts'
import { sourceError } from './parse.ts'

type Members = readonly (readonly [string, string | number])[]

/** Values of an enum, counted up where none is given. Throws UserError for a computed one. */
export function enumMembers(node: TSEnumDeclaration): Members {
  let next: number | undefined = 0
  return node.members.map((member) => {
    const key = keyOf(member.id)
    const value = member.initializer ? literalOf(member.initializer) : next
    if (key === undefined || (typeof value !== 'string' && typeof value !== 'number')) {
      throw sourceError(
        member.loc?.start.line,
        `the member ${key ?? ''} of the enum ${node.id.name} needs a string or a number`,
      )
    }
    next = typeof value === 'number' ? value + 1 : undefined
    return [key, value]
  })
}

/** Source of the object that TypeScript makes of an enum: numbers lead back to their names. */
export function enumAsObject(node: TSEnumDeclaration): string {
  const members = enumMembers(node)
  const names = members.flatMap(([key, value]) => (typeof value === 'number' ? [[value, key]] : []))
  return JSON.stringify(Object.fromEntries([...names, ...members]))
}
