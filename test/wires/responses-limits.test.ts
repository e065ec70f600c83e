/* Loops, requests that are too long, time-outs and waiting, over this wire. */
process.env.RECOLLECT_TEST_WIRE = 'responses'
await import('../faults/loops.test.ts')
await import('../faults/overflow.test.ts')
await import('../faults/timers.test.ts')
await import('../faults/waiting.test.ts')

export {}
