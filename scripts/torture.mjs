// npm run torture -- --minutes N [--kills K] [--stops S]: bundles test/reliability/torture.ts, because Node 20 runs no
// TypeScript, and runs it. Exits with 1 if data was lost, duplicated or corrupted.
import { runBundled } from './run-bundled.mjs'

await runBundled('../test/reliability/torture.ts')
