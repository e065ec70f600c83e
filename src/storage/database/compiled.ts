import type { Compilable, CompiledQuery, QueryResult, RawBuilder } from 'kysely'
import type { Connection, Dialect } from './dialect.ts'
import { type LockedTable, lockRead } from './lock-rows.ts'
import type { QueryScope } from './query-scope.ts'

/** Ids of queries that are run again and again with other values. */
const kept = new WeakSet<object>()

/** Whether a database that can keep the plan of a query should keep this one's. */
export function isKept({ queryId }: CompiledQuery): boolean {
  return kept.has(queryId)
}

/** Stands for a value of the query while it is compiled. */
class Slot {
  readonly name: string
  /** Number of the row that the value is in. */
  readonly row: number

  constructor(name: string, row = 0) {
    this.name = name
    this.row = row
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
    kept.add(query.queryId)
    const parameters = query.parameters.map((value) =>
      value instanceof Slot ? Reflect.get(values, value.name) : value,
    )
    return db.executeQuery<Row>({ ...query, parameters })
  }
}

/** Rows of one insertion whose query is kept; more are rare, and building is then the smaller part. Chosen by hand. */
const MAX_KEPT_ROWS = 4

/** The same for an insertion of rows with these columns; a query is kept for each small number of rows. */
export function compiledRows<Row extends object, Out>(
  columns: readonly (keyof Row & string)[],
  build: (db: Connection, rows: readonly Row[]) => Compilable<Out>,
): (db: Connection, rows: readonly Row[]) => Promise<QueryResult<Out>> {
  const known = new WeakMap<object, Map<number, CompiledQuery<Out>>>()
  // Enumerated by what inserts it.
  const slotsOf = (row: number) =>
    new Proxy({} as Row, {
      get: (_, name) => new Slot(String(name), row),
      ownKeys: () => [...columns],
      getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
    })
  return (db, rows) => {
    if (rows.length > MAX_KEPT_ROWS) return db.executeQuery<Out>(build(db, rows).compile())
    const { adapter } = db.getExecutor()
    const ofAdapter = known.get(adapter) ?? new Map<number, CompiledQuery<Out>>()
    known.set(adapter, ofAdapter)
    const query =
      ofAdapter.get(rows.length) ??
      build(
        db,
        rows.map((_, row) => slotsOf(row)),
      ).compile()
    ofAdapter.set(rows.length, query)
    kept.add(query.queryId)
    const parameters = query.parameters.map((value) => {
      const row = value instanceof Slot ? rows[value.row] : undefined
      return value instanceof Slot && row ? Reflect.get(row, value.name) : value
    })
    return db.executeQuery<Out>({ ...query, parameters })
  }
}

/** Makes what depends on the dialect once for each. */
export function perDialect<Made>(make: (dialect: Dialect) => Made): (dialect: Dialect) => Made {
  const known = new WeakMap<Dialect, Made>()
  return (dialect) => {
    const made = known.get(dialect) ?? make(dialect)
    known.set(dialect, made)
    return made
  }
}

/** Raw SQL for `compiled`. */
export function compilable<Row>(db: Connection, raw: RawBuilder<Row>): Compilable<Row> {
  return { compile: () => raw.compile(db) }
}

type LockScope = Pick<QueryScope, 'db' | 'dialect' | 'writes'>

/** The same for a query that locks its rows where `lockRead` would. */
export function lockable<Values extends object, Row>(
  tables: LockedTable | readonly LockedTable[],
  build: (
    db: Connection,
    values: Values,
    lock: RawBuilder<unknown>,
    dialect: Dialect,
  ) => Compilable<Row>,
): (scope: LockScope, values: Values) => Promise<QueryResult<Row>> {
  type Run = (db: Connection, values: Values) => Promise<QueryResult<Row>>
  const made = perDialect(() => new Map<boolean, Run>())
  return (scope, values) => {
    const locks = scope.dialect.locksRows && scope.writes === true
    const ofDialect = made(scope.dialect)
    const run =
      ofDialect.get(locks) ??
      compiled((db, slots: Values) =>
        build(db, slots, lockRead(scope, ...[tables].flat()), scope.dialect),
      )
    ofDialect.set(locks, run)
    return run(scope.db, values)
  }
}
