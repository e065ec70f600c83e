import { copyFileSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import DatabaseHandle from 'better-sqlite3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { reckon } from './chaos.ts'
import { createAgent, type Delivered, deliver } from './clients.ts'
import { pathOf } from './database.ts'
import { type Cluster, createCluster } from './harness.ts'
import { findViolations } from './invariants.ts'

/* Each invariant, with a database that breaks it: a good one, bent by hand. */

let cluster: Cluster
let delivered: readonly Delivered[]

beforeAll(async () => {
  cluster = await createCluster({
    jitterMilliseconds: 0,
    directory: mkdtempSync(join(tmpdir(), 'recollect-bent-')),
  })
  const agent = await createAgent(cluster, await cluster.start())
  delivered = [await deliver(cluster, agent), await deliver(cluster, agent)]
  expect(await reckon(cluster, delivered)).toEqual([])
})
afterAll(() => cluster.remove())

const FIRST = '(SELECT id FROM run ORDER BY row LIMIT 1)'
const ANY_RESULT = `(SELECT row FROM message WHERE role = 'tool' ORDER BY row LIMIT 1)`

test.each([
  ['a message that is missing', `UPDATE message SET body = '{}' WHERE seq = 1`, /0 times in the/],
  ['a run that is missing', `DELETE FROM run WHERE id = ${FIRST}`, /: 0 runs$/],
  [
    'a message that is there twice',
    `UPDATE message SET body = (SELECT body FROM message WHERE seq = 1), role = 'user' WHERE row = ${ANY_RESULT}`,
    /2 times in the history/,
  ],
  ['a run that is still open', `UPDATE run SET status = 'running' WHERE id = ${FIRST}`, /running/],
  [
    'a run that was given up without a kill',
    `UPDATE run SET status = 'failed', stop_reason = 'interrupted' WHERE id = ${FIRST}`,
    /interrupted by 0 kills/,
  ],
  ['a gap in the numbers', 'UPDATE message SET seq = seq + 1000 WHERE seq > 3', /has number 1004/],
  ['a call without a result', `DELETE FROM message WHERE row = ${ANY_RESULT}`, /not followed by/],
  [
    'runs in each other',
    `UPDATE message SET run_id = (SELECT id FROM run ORDER BY row DESC LIMIT 1) WHERE seq = 4`,
    /runs interleave/,
  ],
  ['runs in another order', 'UPDATE run SET row = -row', /not in order of acceptance/],
  [
    'an edit made twice',
    `UPDATE block SET value = value || substr(value, 7) WHERE value LIKE 'Notes:%'`,
    /2 times in the block, 1 results say so/,
  ],
  [
    'an edit that is lost',
    `UPDATE block SET value = 'Notes:' WHERE value LIKE 'Notes:%'`,
    /-a: 0 t/,
  ],
  ['a passage that is lost', 'DELETE FROM passage', /0 passages, 1 results/],
  [
    'a version that is lost',
    'DELETE FROM block_version WHERE version = 2',
    /rows for \d+ versions/,
  ],
  ['a step that was left', `UPDATE step SET state = 'tools' WHERE number = 2`, /left in tools/],
  ['a call that was left', `UPDATE tool_call SET state = 'started'`, /left started/],
  ['a lease that is held', `UPDATE lease SET owner = 'somebody'`, /still held by somebody/],
  [
    'a keyword index that lags',
    'DELETE FROM message_words_docsize WHERE id = (SELECT min(id) FROM message_words_docsize)',
    /rows differ from/,
  ],
])('%s is reported', async (_what, damage, violation) => {
  const bent = join(cluster.directory, 'bent.db')
  copyFileSync(pathOf(cluster.database), bent)
  const db = new DatabaseHandle(bent)
  // Lets the tables behind a keyword index be written to.
  db.unsafeMode()
  db.pragma('foreign_keys = OFF')
  expect(db.prepare(damage).run().changes).toBeGreaterThan(0)
  db.close()
  const violations = await findViolations({
    database: `file:${bent}`,
    trace: cluster.trace,
    delivered,
    kills: cluster.kills,
  })
  expect(violations).toEqual(expect.arrayContaining([expect.stringMatching(violation)]))
})
