/** Of its time, work that is asked for again and again takes a fifth. */
const REST_PER_WORK = 4

export interface Rest {
  /** In milliseconds. */
  readonly least: number
  readonly most: number
}

export interface Paced {
  /** Does the work now or, while it is under way or rests, once more afterwards. */
  ask(): void
  /** Nothing is begun any more; resolves when what is under way has ended. */
  stop(): Promise<void>
}

/** Rests after each time the longer it took: the busier everything is, the more one time does for. */
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
