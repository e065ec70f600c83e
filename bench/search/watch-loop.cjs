// Loaded into the server by --require: how long its event loop stands still. SIGUSR2 writes the longest time since the
// last one, in milliseconds, to the file that BENCH_LOOP_FILE names, and begins anew.
const { renameSync, writeFileSync } = require('node:fs')
const { monitorEventLoopDelay } = require('node:perf_hooks')
const { isMainThread } = require('node:worker_threads')

const RESOLUTION = 1

const file = process.env.BENCH_LOOP_FILE
// Worker threads load this as well; what they do is what they are there for.
if (isMainThread) {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION })
  delay.enable()

  process.on('SIGUSR2', () => {
    // The histogram holds the time from one tick of a timer to the next, and one tick is due every millisecond.
    const longest = Math.max(0, delay.max / 1e6 - RESOLUTION)
    delay.reset()
    writeFileSync(`${file}.new`, JSON.stringify({ longest }))
    renameSync(`${file}.new`, file)
  })
}
