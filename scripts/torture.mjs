// npm run torture -- --minutes N [--kills K] [--stops S]: bundles test/reliability/torture.ts, since Node 20 runs no
// TypeScript, and runs it. Exits 1 if anything was lost, doubled or bent.
import { runBundled } from './run-bundled.mjs'

await runBundled('../test/reliability/torture.ts')
