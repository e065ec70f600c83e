import { setImmediate } from 'node:timers/promises'

/** Chosen by hand: longer slices would delay other requests noticeably. */
const SLICE_MILLISECONDS = 4

/** Splits long work into slices, so that the event loop stays responsive. */
export interface TimeSlices {
  isOver(): boolean
  /** Yields to the event loop, but only when the slice is over. */
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
