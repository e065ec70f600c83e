import pg from 'pg'

/*
 * Schemas that tests use one after another, as migrating one takes longer than most tests: `open <run>` before any,
 * `give-back <run> <name>…` empties those, `take <run> <name>…` does so and prints the name of an empty one,
 * `close <run>` drops them all.
 */

const [verb, run, ...given] = process.argv.slice(2)
const client = new pg.Client({ connectionString: process.env.RECOLLECT_TEST_POSTGRES })
await client.connect()
const ask = (sql, value = run) => client.query(sql, [value])

const verbs = {
  async open() {
    await client.query('CREATE EXTENSION IF NOT EXISTS vector SCHEMA public')
    await client.query(
      'CREATE TABLE IF NOT EXISTS public.test_schema (name TEXT PRIMARY KEY, run TEXT, is_free BOOLEAN)',
    )
  },

  async take() {
    await verbs['give-back']()
    const { rows } = await ask(`
      UPDATE public.test_schema SET is_free = FALSE WHERE name = (
        SELECT name FROM public.test_schema WHERE run = $1 AND is_free LIMIT 1 FOR UPDATE SKIP LOCKED
      ) RETURNING name`)
    const name = rows[0]?.name ?? `test_${run}_${process.pid}`
    if (rows.length === 0) {
      await client.query(`CREATE SCHEMA ${name}`)
      await client.query('INSERT INTO public.test_schema VALUES ($1, $2, FALSE)', [name, run])
    }
    process.stdout.write(name)
  },

  async 'give-back'() {
    for (const name of given) await empty(name)
  },

  async close() {
    const { rows } = await ask('DELETE FROM public.test_schema WHERE run = $1 RETURNING name')
    for (const { name } of rows) await client.query(`DROP SCHEMA IF EXISTS ${name} CASCADE`)
  },
}

async function empty(name) {
  // A process that was killed may hold what it locked for a while.
  await ask(
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1',
    name,
  )
  const { rows } = await ask(
    `SELECT tablename FROM pg_tables WHERE schemaname = $1 AND tablename <> 'schema_version'`,
    name,
  )
  await client.query('BEGIN')
  await client.query('SET LOCAL session_replication_role = replica')
  // Quicker than TRUNCATE, which makes a new file for every table.
  for (const { tablename } of rows) await client.query(`DELETE FROM ${name}."${tablename}"`)
  await ask(
    `SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false)
      FROM pg_sequences WHERE schemaname = $1`,
    name,
  )
  await ask('UPDATE public.test_schema SET is_free = TRUE WHERE name = $1', name)
  await client.query('COMMIT')
}

await verbs[verb]()
await client.end()
