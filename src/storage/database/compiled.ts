import type { Compilable, CompiledQuery, QueryResult, RawBuilder } from 'kysely'
import type { Connection } from './dialect.ts'
import { type LockedTable, lockRead } from './lock-rows.ts'
import type { QueryScope } from './query-scope.ts'

/** Stands for a value of the query while it is compiled. */
class Slot {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }
}

/**
 * A query that is built and compiled once per database, and run again with other values: building a query costs more
 * than running it. `build` uses each value once or more as a parameter, and never looks at it. Its values are scalars,
 * since the number of parameters is fixed.
 */
export function compiled<Values extends object, Row>(
  build: (db: Connection, values: Values) => Compilable<Row>,
): (db: Connection, values: Values) => Promise<QueryResult<Row>> {
  /** By adapter, of which each opened database has its own, shared by its transactions. */
  const known = new WeakMap<object, CompiledQuery<Row>>()
  // The type says that a slot is a value, which is what the query takes it for.
  const slots = new Proxy({} as Values, { get: (_, name) => new Slot(String(name)) })
  return (db, values) => {
    const { adapter } = db.getExecutor()
    const query = known.get(adapter) ?? build(db, slots).compile()
    known.set(adapter, query)
    const parameters = query.parameters.map((value) =>
      value instanceof Slot ? Reflect.get(values, value.name) : value,
    )
    return db.executeQuery<Row>({ ...query, parameters })
  }
}

type LockScope = Pick<QueryScope, 'db' | 'dialect' | 'writes'>

/** The same for a query that locks its rows where `lockRead` would. */
export function lockable<Values extends object, Row>(
  table: LockedTable,
  build: (db: Connection, values: Values, lock: RawBuilder<unknown>) => Compilable<Row>,
): (scope: LockScope, values: Values) => Promise<QueryResult<Row>> {
  const made = new Map<boolean, (db: Connection, values: Values) => Promise<QueryResult<Row>>>()
  return (scope, values) => {
    const locks = scope.dialect.locksRows && scope.writes === true
    const run =
      made.get(locks) ?? compiled((db, slots: Values) => build(db, slots, lockRead(scope, table)))
    made.set(locks, run)
    return run(scope.db, values)
  }
}
