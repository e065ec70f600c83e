import { type Name, PLAN, type Plan } from './plan.ts'

type TableName = {
  [Table in Name]: (typeof PLAN)[Table] extends 'made anew' ? never : Table
}[Name]

export interface CopiedTable {
  readonly name: TableName
  readonly key: readonly string[]
  readonly columns: readonly {
    readonly name: string
    /** Undefined: unchanged. */
    readonly becomes: string | null | undefined
  }[]
}

/** In copy order. */
export const COPIED_TABLES: readonly CopiedTable[] = Object.entries<Plan[Name]>(PLAN).flatMap(
  ([name, table]) =>
    table === 'made anew'
      ? []
      : [
          {
            name: name as TableName,
            key: table.key,
            columns: Object.entries<true | string | null>(table.columns).map(([column, value]) => ({
              name: column,
              becomes: value === true ? undefined : value,
            })),
          },
        ],
)

/** Including those that are rebuilt. */
export const ALL_TABLES: readonly string[] = Object.keys(PLAN)
