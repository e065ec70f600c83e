// npm run disk -- [--restore N] [--damage N] [--canary N] [--seed N]: bundles test/reliability/disk.ts, since Node 20 runs
// no TypeScript, and runs it. Exits 1 if anything was lost, mixed up, untold or left over.
import { runBundled } from './run-bundled.mjs'

await runBundled('../test/reliability/disk.ts')
