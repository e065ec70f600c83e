/* Calls and thinking that models write into their text, over this wire. */
process.env.RECOLLECT_TEST_WIRE = 'messages'
await import('../faults/dialects.test.ts')

export {}
