import { checkIntegrity } from './check-integrity.ts'
import { connect } from './connections.ts'
import { damaged } from './errors.ts'

/** All of the data is read for it, so not every time. */
const AGAIN_MILLISECONDS = 60_000

/** Of an error that nobody foresaw: that the data is damaged, if it is; else the error. */
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
