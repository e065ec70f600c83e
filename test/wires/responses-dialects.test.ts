/* Calls and thinking that models write outside the fields, over this wire. */
process.env.RECOLLECT_TEST_WIRE = 'responses'
await import('../faults/dialects.test.ts')

export {}
