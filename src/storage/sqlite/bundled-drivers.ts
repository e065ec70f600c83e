import type DatabaseHandle from 'better-sqlite3'

/**
 * The code of better-sqlite3 by version, for which the build puts what it finds installed: Node takes longer to read its
 * dozen files than to open a database. Here there is none.
 */
export const BUNDLED: Readonly<Record<string, () => typeof DatabaseHandle>> = {}
