/* Faulty answers and calls, filters and secrets, over this wire. */
process.env.RECOLLECT_TEST_WIRE = 'responses'
await import('../faults/answers.test.ts')
await import('../faults/refused-messages.test.ts')
await import('../faults/secrets.test.ts')
await import('../faults/text-calls.test.ts')
await import('../faults/tool-calls.test.ts')

export {}
