// Loaded before everything else in every thread (NODE_OPTIONS): the wall clock is wrong by as many milliseconds as the file says,
// from the moment on when it says so. Timers and performance.now go on: steps of the system clock do not move them.
import { readFileSync } from 'node:fs'

const file = process.env.STEPPED_CLOCK ?? ''
const RealDate = globalThis.Date
const realNow = RealDate.now.bind(RealDate)
let offset = 0

function look() {
  try {
    offset = Number(readFileSync(file, 'utf8'))
  } catch {}
}

look()
setInterval(look, 50).unref()

class SteppedDate extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(realNow() + offset)
    else super(...given)
  }

  static now() {
    return realNow() + offset
  }
}

globalThis.Date = SteppedDate
