/** A flag to wait for. If raised while nobody waits, it stays raised for the next waiter. */
export interface Signal {
  raise(): void
  /** False: nothing was raised in this time. */
  next(milliseconds: number): Promise<boolean>
}

export function createSignal(): Signal {
  let isRaised = false
  let resolve: (() => void) | undefined
  return {
    raise() {
      isRaised = true
      resolve?.()
    },
    async next(milliseconds) {
      if (!isRaised) {
        await new Promise<void>((done) => {
          const timer = setTimeout(done, milliseconds)
          resolve = () => {
            clearTimeout(timer)
            done()
          }
        })
      }
      const was = isRaised
      isRaised = false
      return was
    },
  }
}
