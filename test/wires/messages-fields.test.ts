/* Fields and pieces of answers, over this wire. */
process.env.RECOLLECT_TEST_WIRE = 'messages'
await import('../faults/extras.test.ts')
await import('../faults/streamed-calls.test.ts')

export {}
