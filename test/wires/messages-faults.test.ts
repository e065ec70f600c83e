/* The suites of faults, over this wire. What is about the shapes of chat completions alone is left out. */
process.env.RECOLLECT_TEST_WIRE = 'messages'
await import('../faults/transport.test.ts')

export {}
