/* Faulty answers and calls, filters, overflows and waiting, over the wire that RECOLLECT_TEST_WIRE names. */
await import('../faults/answers.test.ts')
await import('../faults/loops.test.ts')
await import('../faults/overflow.test.ts')
await import('../faults/refused-messages.test.ts')
await import('../faults/secrets.test.ts')
await import('../faults/text-calls.test.ts')
await import('../faults/timers.test.ts')
await import('../faults/tool-calls.test.ts')
await import('../faults/waiting.test.ts')

export {}
