/*
 * Required by a server process before anything else: its wall clock is off by as many milliseconds as the file named in
 * STEPPED_CLOCK says, as if somebody had set it. Timers and `performance.now()` stay as they are, as on a real machine.
 */
const { readFileSync } = require('node:fs')

const RealDate = Date
let offset = 0

setInterval(() => {
  try {
    offset = Number(readFileSync(process.env.STEPPED_CLOCK, 'utf8')) || 0
  } catch {
    offset = 0
  }
}, 20).unref()

globalThis.Date = class extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(RealDate.now() + offset)
    else super(...given)
  }
  static now() {
    return RealDate.now() + offset
  }
}
