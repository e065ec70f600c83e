import { type Name, PLAN, type Plan } from './plan.ts'

type TableName = {
  [Table in Name]: (typeof PLAN)[Table] extends 'made anew' ? never : Table
}[Name]

export interface CopiedTable {
  readonly name: TableName
  readonly key: readonly string[]
  /** Values of columns that are not copied. */
  readonly instead: Readonly<Record<string, string | null>>
}

/** In copy order. */
export const COPIED_TABLES: readonly CopiedTable[] = Object.entries<Plan[Name]>(PLAN).flatMap(
  ([name, table]) =>
    table === 'made anew' ? [] : [{ instead: {}, ...table, name: name as TableName }],
)

/** Including those that are rebuilt. */
export const ALL_TABLES: readonly string[] = Object.keys(PLAN)
