import { type Name, PLAN, type Plan } from './plan.ts'

type TableName = {
  [Table in Name]: (typeof PLAN)[Table] extends 'made anew' ? never : Table
}[Name]

export interface CopiedTable {
  readonly name: TableName
  readonly key: readonly string[]
  readonly columns: readonly {
    readonly name: string
    /** Undefined: as it is in the source. */
    readonly becomes: string | undefined
  }[]
}

/** In the order in which they are copied. */
export const COPIED_TABLES: readonly CopiedTable[] = Object.entries<Plan[Name]>(PLAN).flatMap(
  ([name, table]) =>
    table === 'made anew'
      ? []
      : [
          {
            name: name as TableName,
            key: table.key,
            columns: Object.entries<true | string>(table.columns).map(([column, value]) => ({
              name: column,
              becomes: value === true ? undefined : value,
            })),
          },
        ],
)

/** Those that are made anew, too. */
export const ALL_TABLES: readonly string[] = Object.keys(PLAN)
