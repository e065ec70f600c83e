/* Lessons from refusals, over this wire. */
process.env.RECOLLECT_TEST_WIRE = 'messages'
await import('../faults/learning.test.ts')

export {}
