/** Periodic work takes at most a fifth of the time. Chosen by hand. */
const REST_PER_WORK = 4

export interface Rest {
  /** In milliseconds. */
  readonly least: number
  readonly most: number
}

export interface Paced {
  /** Runs the work now or, if it is running or resting, once more afterwards. */
  ask(): void
  /** Starts nothing more; resolves when the running work has ended. */
  stop(): Promise<void>
}

/**
 * Runs `work` on demand and rests after each run in proportion to its duration: under load, one run serves more
 * requests.
 */
export function paced(work: () => Promise<void>, { least, most }: Rest): Paced {
  let working: Promise<void> | undefined
  let rest: NodeJS.Timeout | undefined
  let restsUntil = 0
  let again = false
  let isStopped = false

  async function begin(): Promise<void> {
    const start = performance.now()
    try {
      await work()
    } finally {
      const end = performance.now()
      restsUntil = end + Math.max(least, Math.min(REST_PER_WORK * (end - start), most))
      working = undefined
      if (again) ask()
    }
  }

  function ask(): void {
    if (isStopped || rest) return
    again = working !== undefined
    if (again) return
    const milliseconds = restsUntil - performance.now()
    if (milliseconds <= 0) {
      working = begin()
      return
    }
    rest = setTimeout(() => {
      rest = undefined
      ask()
    }, milliseconds)
    rest.unref()
  }

  return {
    ask,
    async stop() {
      isStopped = true
      clearTimeout(rest)
      await working
    },
  }
}
