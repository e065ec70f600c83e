import type { ReservedParameter } from './signature.ts'

/** The code that a sandbox runs; its lines are those of the user's source. */
export interface Program {
  readonly code: string
  /** How the function takes its arguments, in order. Python takes all of them by name, so it has none. */
  readonly parameters: readonly ProgramParameter[]
}

export type ProgramParameter =
  | { readonly kind: 'reserved'; readonly name: ReservedParameter }
  /** `revive`: the type it declares, which JSON does not have. */
  | { readonly kind: 'named'; readonly name: string; readonly revive?: 'date' | 'set' | 'map' }
  /** One object of all arguments, which the function takes apart. */
  | { readonly kind: 'all' }
