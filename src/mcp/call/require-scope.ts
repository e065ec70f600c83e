import type { Scope } from '../../core/access.ts'
import { UserError } from '../../core/errors.ts'

/** Throws UserError `unauthorized`, naming the missing scope. */
export function requireScope(scopes: ReadonlySet<Scope>, needed: Scope): void {
  if (scopes.has(needed)) return
  const own = scopes.size === 0 ? 'none' : [...scopes].join(', ')
  throw new UserError(
    'unauthorized',
    `This needs the scope "${needed}", and the token has ${own}. Use a token that has it; the operator of this server can make one.`,
  )
}
