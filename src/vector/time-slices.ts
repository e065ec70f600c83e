import { performance } from 'node:perf_hooks'
import { setImmediate } from 'node:timers/promises'

const SLICE_MILLISECONDS = 4

/** Lets long work give way to everything else that waits in the process. */
export interface TimeSlices {
  isOver(): boolean
  /** Only when the slice is over. */
  giveWay(): Promise<void>
}

export function startTimeSlices(): TimeSlices {
  let end = performance.now() + SLICE_MILLISECONDS
  const isOver = (): boolean => performance.now() >= end
  return {
    isOver,
    async giveWay() {
      if (!isOver()) return
      await setImmediate()
      end = performance.now() + SLICE_MILLISECONDS
    },
  }
}
