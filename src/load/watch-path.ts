import { watch } from 'node:fs'

/** A program writes a file in several steps. Chosen by hand. */
const SETTLE_MILLISECONDS = 300

/**
 * Calls `onChange` soon after something changed at a path. A hint only: what the system does not tell is found by the
 * next look. Returns the function that stops it.
 */
export function watchPath(path: string, onChange: () => void): () => void {
  let timer: NodeJS.Timeout | undefined
  const changed = () => {
    timer ??= setTimeout(() => {
      timer = undefined
      onChange()
    }, SETTLE_MILLISECONDS)
  }
  try {
    const watcher = watch(path, { recursive: true }, changed)
    // The system may have no watches left, or the folder may be gone.
    watcher.on('error', () => watcher.close())
    return () => {
      clearTimeout(timer)
      watcher.close()
    }
  } catch {
    return () => clearTimeout(timer)
  }
}
