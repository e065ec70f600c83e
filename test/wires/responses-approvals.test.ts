/* The suite of approvals, over this wire. */
process.env.RECOLLECT_TEST_WIRE = 'responses'
await import('../agent/approvals.test.ts')

export {}
