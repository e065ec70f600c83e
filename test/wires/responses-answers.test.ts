process.env.RECOLLECT_TEST_WIRE = 'responses'
await import('./answer-suites.ts')

export {}
