/* Words as they come, over this wire. */
process.env.RECOLLECT_TEST_WIRE = 'responses'
await import('../faults/streaming.test.ts')

export {}
