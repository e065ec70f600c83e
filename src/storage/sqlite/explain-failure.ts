import { checkIntegrity } from './check-integrity.ts'
import { connect } from './connections.ts'
import { damaged } from './errors.ts'

/** The check reads all data, so it is not repeated within this time. Chosen by hand. */
const AGAIN_MILLISECONDS = 60_000

/** For an unexpected error: the "data is damaged" error if a check finds damage, else the error itself. */
export function createExplanation(path: string): (error: unknown) => Promise<unknown> {
  let isDamaged = false
  let checkedAt = Number.NEGATIVE_INFINITY
  return async (error) => {
    if (!isDamaged && performance.now() - checkedAt > AGAIN_MILLISECONDS) {
      isDamaged = await findDamage(path)
      checkedAt = performance.now()
    }
    return isDamaged ? damaged(error) : error
  }
}

async function findDamage(path: string): Promise<boolean> {
  const handle = await connect(path, 'read').catch(() => undefined)
  if (!handle) return false
  try {
    return checkIntegrity(handle).length > 0
  } finally {
    handle.close()
  }
}
