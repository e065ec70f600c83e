import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { withClient } from './database.ts'

/* Faults of a PostgreSQL server that others manage. */

/** Ends somebody's connection in the midst of whatever it does; false: nobody was there. */
export async function terminateBackend(url: string): Promise<boolean> {
  return withClient(url, async (client) => {
    const { rows } = await client.query(
      `SELECT pg_terminate_backend(pid) AS done FROM (
         SELECT pid FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()
         -- Rather one that is at work than one that rests in a pool.
         ORDER BY (state = 'idle'), random() LIMIT 1
       ) AS victim`,
    )
    return rows[0]?.done === true
  })
}

/** The server ends without a word, as in a power cut, and recovers. */
export async function crashServer(): Promise<void> {
  await promisify(execFile)('scripts/postgres.sh', ['crash'])
}
