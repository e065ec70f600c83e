// npm run disk -- [--restore N] [--damage N] [--canary N] [--seed N] [--from N] [--keep folder]: bundles
// test/reliability/disk.ts, because Node 20 runs no TypeScript, and runs it. Exits with 1 if data was lost, mixed up, left
// over or damaged without a report.
import { runBundled } from './run-bundled.mjs'

await runBundled('../test/reliability/disk.ts')
