/* The suite of compaction, over this wire. */
process.env.RECOLLECT_TEST_WIRE = 'responses'
await import('../agent/compaction.test.ts')

export {}
