/**
 * Does `work` when triggered, one at a time and no sooner than `milliseconds` after the last has ended. However often it
 * is triggered meanwhile, it is done once more after that.
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
