/* Pictures, over this wire. */
process.env.RECOLLECT_TEST_WIRE = 'messages'
await import('../mcp/pictures.test.ts')

export {}

await import('../mcp/unseen-pictures.test.ts')
