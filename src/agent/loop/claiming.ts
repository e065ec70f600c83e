import type { ConversationId } from '../../core/ids.ts'
import { describeError, type Log } from '../../core/log.ts'
import type { Run } from '../../core/run.ts'

export interface ClaimingOptions<Taken> {
  /** How many runs this process works on at once, and works on now. */
  readonly mostRuns: number
  readonly atWork: () => number
  /** No run of the conversation is worked on here. */
  readonly isFree: (id: ConversationId) => boolean
  /** Claims a run; undefined: none is free. `isExpected`: one probably is. */
  readonly claim: (isExpected: boolean) => Promise<Taken | undefined>
  readonly begin: (taken: Taken) => void
  readonly log: Log
}

/** When this process claims runs, and how many at once. */
export interface Claiming {
  /** A run may be free: this one, or any. */
  wake(run?: Pick<Run, 'conversationId'>): void
  /** The work on a run has ended. `isLast`: no later run of its conversation is open. */
  ended(isLast: boolean): void
  /** Claims no more. */
  stop(): Promise<void>
}

/** Claims under way at once. Each takes a connection of the database for some milliseconds. Chosen by hand. */
const MAX_AT_ONCE = 8

export function createClaiming<Taken extends { readonly isOnly: boolean }>({
  mostRuns,
  atWork,
  isFree,
  claim,
  begin,
  log,
}: ClaimingOptions<Taken>): Claiming {
  const underWay = new Set<Promise<boolean>>()
  let stopping = false
  let looking: Promise<void> | undefined
  let wokenWhileLooking = false
  /** It takes no more runs for now, and others may be free. */
  let isFull = false

  const room = () => (stopping ? 0 : mostRuns - atWork() - underWay.size)

  /** Claims one run. True: others may be free. */
  function claimOne(isExpected: boolean): Promise<boolean> {
    const claimed = claim(isExpected)
      .then((taken) => {
        underWay.delete(claimed)
        if (taken) begin(taken)
        return taken !== undefined && !taken.isOnly
      })
      .catch((error: unknown) => {
        underWay.delete(claimed)
        log('error', 'runs could not be claimed', { error: describeError(error) })
        return false
      })
    underWay.add(claimed)
    return claimed
  }

  /** Claims runs until there is no room or none is free; as many at once as there probably are. */
  async function look(): Promise<void> {
    isFull = false
    const known = [...expected].filter(isFree).length
    expected.clear()
    let isExpected = known > 0
    for (let atOnce = Math.max(1, known); ; atOnce *= 2) {
      const lanes = Math.min(room(), atOnce, MAX_AT_ONCE)
      if (lanes <= 0) {
        isFull = true
        return
      }
      const goOn = await Promise.all(Array.from({ length: lanes }, () => claimOne(isExpected)))
      if (!goOn.every(Boolean)) return
      isExpected = true
    }
  }

  /** One look serves all who wake it in the same turn of the event loop. */
  let waking: NodeJS.Immediate | undefined
  /** Conversations in which a run has been accepted here since the last look. */
  const expected = new Set<ConversationId>()
  function wake(run?: Pick<Run, 'conversationId'>): void {
    if (stopping) return
    if (run) expected.add(run.conversationId)
    waking ??= setImmediate(() => {
      waking = undefined
      lookOnce()
    })
  }

  function lookOnce(): void {
    if (stopping) return
    wokenWhileLooking = looking !== undefined
    looking ??= look().finally(() => {
      looking = undefined
      if (wokenWhileLooking) wake()
    })
  }

  /** The next run takes the place of one that has ended, whatever else is being claimed. */
  async function replace(): Promise<void> {
    if (room() <= 0 || underWay.size >= MAX_AT_ONCE) return wake()
    const goOn = await claimOne(true)
    if (!goOn) isFull = false
  }

  return {
    wake,
    ended(isLast) {
      if (isFull) void replace()
      else if (!isLast) wake()
    },
    async stop() {
      stopping = true
      clearImmediate(waking)
      await Promise.all([looking, ...underWay])
    },
  }
}
