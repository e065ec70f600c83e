/** Of its time, work that is asked for again and again takes a fifth. */
const REST_PER_WORK = 4
const LONGEST_REST_MILLISECONDS = 100

export interface Paced {
  /** Does the work now or, while it is under way or rests, once more afterwards. */
  ask(): void
  /** Nothing is begun any more; resolves when what is under way has ended. */
  stop(): Promise<void>
}

/**
 * Rests after each time for as long as it took, and longer: the busier everything is, the more one time does for.
 * `leastRest` in milliseconds.
 */
export function paced(work: () => Promise<void>, leastRest = 0): Paced {
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
      const rests = Math.min(REST_PER_WORK * (end - start), LONGEST_REST_MILLISECONDS)
      restsUntil = end + Math.max(leastRest, rests)
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
