import { sql } from 'kysely'
import { MIGRATIONS, type Migration } from '../../src/storage/migrations/index.ts'

const addNotes: Migration = async (db) => {
  await sql`CREATE TABLE note (text TEXT NOT NULL)`.execute(db)
  await sql`INSERT INTO note (text) SELECT name FROM agent`.execute(db)
}

const breakDown: Migration = async (db) => {
  await sql`DROP TABLE passage`.execute(db)
  await sql`UPDATE agent SET name = 'half migrated'`.execute(db)
  throw new Error('the migration broke down')
}

export type MigrationSet = 'as they are' | 'one more' | 'one that fails'

export const VERSION_NOW = MIGRATIONS.length

/** The migrations of a Recollect to come. */
export function madeUp(set: MigrationSet): readonly Migration[] {
  switch (set) {
    case 'as they are':
      return MIGRATIONS
    case 'one more':
      return [...MIGRATIONS, addNotes]
    case 'one that fails':
      return [...MIGRATIONS, addNotes, breakDown]
  }
}
