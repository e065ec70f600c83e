export interface Mutex {
  /** Resolves when the caller holds the lock; first come, first served. */
  lock(): Promise<void>
  unlock(): void
  /** Somebody waits for the lock. */
  hasWaiting(): boolean
}

export function createMutex(): Mutex {
  const waiting: (() => void)[] = []
  let locked = false
  return {
    async lock() {
      if (!locked) {
        locked = true
        return
      }
      await new Promise<void>((resolve) => waiting.push(resolve))
    },
    unlock() {
      const next = waiting.shift()
      if (next) next()
      else locked = false
    },
    hasWaiting: () => waiting.length > 0,
  }
}
