/**
 * Runs `work` when triggered, never twice at once, and at least `milliseconds` after the last run ended. Triggers in
 * between cause one more run.
 */
export function createPace(milliseconds: number, work: () => Promise<void>): () => void {
  let busy = false
  let again = false

  async function run(): Promise<void> {
    again = false
    await work()
    setTimeout(() => {
      busy = false
      if (again) trigger()
    }, milliseconds).unref()
  }

  function trigger(): void {
    again = true
    if (busy) return
    busy = true
    void run()
  }

  return trigger
}
