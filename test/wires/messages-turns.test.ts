/* Turns, over this wire. */
process.env.RECOLLECT_TEST_WIRE = 'messages'
await import('../agent/turns.test.ts')

export {}
