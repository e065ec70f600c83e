/* Turns, over this wire. */
process.env.RECOLLECT_TEST_WIRE = 'responses'
await import('../agent/turns.test.ts')

export {}
