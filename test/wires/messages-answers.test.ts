process.env.RECOLLECT_TEST_WIRE = 'messages'
await import('./answer-suites.ts')

export {}
