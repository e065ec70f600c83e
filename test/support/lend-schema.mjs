import pg from 'pg'

/*
 * Schemas that tests use one after another, as migrating one takes longer than most tests: `open <run>` before any,
 * `take <run>` prints the name of one that is empty, `give-back <name>` empties it, `close <run>` drops them all.
 */

const [verb, subject] = process.argv.slice(2)
const client = new pg.Client({ connectionString: process.env.RECOLLECT_TEST_POSTGRES })
await client.connect()
const ask = (sql, values = [subject]) => client.query(sql, values)

const verbs = {
  async open() {
    await client.query('CREATE EXTENSION IF NOT EXISTS vector SCHEMA public')
    await client.query(
      'CREATE TABLE IF NOT EXISTS public.test_schema (name TEXT PRIMARY KEY, run TEXT, is_free BOOLEAN)',
    )
  },

  async take() {
    const { rows } = await ask(`
      UPDATE public.test_schema SET is_free = FALSE WHERE name = (
        SELECT name FROM public.test_schema WHERE run = $1 AND is_free LIMIT 1 FOR UPDATE SKIP LOCKED
      ) RETURNING name`)
    const name = rows[0]?.name ?? `test_${subject}_${process.pid}`
    if (rows.length === 0) {
      await client.query(`CREATE SCHEMA ${name}`)
      await ask('INSERT INTO public.test_schema VALUES ($1, $2, FALSE)', [name, subject])
    }
    process.stdout.write(name)
  },

  async 'give-back'() {
    // A process that was killed may hold what it locked for a while.
    await ask('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1')
    const { rows } = await ask(
      `SELECT tablename FROM pg_tables WHERE schemaname = $1 AND tablename <> 'schema_version'`,
    )
    await client.query('BEGIN')
    await client.query('SET LOCAL session_replication_role = replica')
    // Quicker than TRUNCATE, which makes a new file for every table.
    for (const { tablename } of rows) await client.query(`DELETE FROM ${subject}."${tablename}"`)
    await ask(`SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false)
      FROM pg_sequences WHERE schemaname = $1`)
    await ask('UPDATE public.test_schema SET is_free = TRUE WHERE name = $1')
    await client.query('COMMIT')
  },

  async close() {
    const { rows } = await ask('DELETE FROM public.test_schema WHERE run = $1 RETURNING name')
    for (const { name } of rows) await client.query(`DROP SCHEMA IF EXISTS ${name} CASCADE`)
  },
}

await verbs[verb]()
await client.end()
