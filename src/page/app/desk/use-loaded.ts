import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { messageOf } from '../mcp/errors.ts'
import { useDesk } from './desk.ts'

export interface Loaded<Value> {
  /** Undefined until it has come; the last one while it is loaded again. */
  readonly value: Value | undefined
  /** Why the newest attempt failed. */
  readonly problem: string | undefined
  reload(): void
}

/**
 * Loads a value for a view, and again whenever one of the resources changes or `key` does. While one request is on its
 * way, further changes ask for one more after it; an answer to an older key is dropped.
 */
export function useLoaded<Value>(
  key: string,
  uris: readonly string[],
  load: () => Promise<Value>,
): Loaded<Value> {
  const desk = useDesk()
  const [state, setState] = useState<{ key: string; value?: Value; problem?: string }>({ key })
  const current = useRef({ key, load, busy: false, again: false })
  if (current.current.key !== key) current.current = { key, load, busy: false, again: false }
  current.current.load = load

  const reload = useCallback(async () => {
    const mine = current.current
    mine.again = mine.busy
    if (mine.busy) return
    mine.busy = true
    do {
      mine.again = false
      try {
        const value = await mine.load()
        if (mine === current.current) setState({ key: mine.key, value })
      } catch (error) {
        if (mine === current.current) {
          setState((before) => ({ ...before, key: mine.key, problem: messageOf(error) }))
        }
      }
    } while (mine.again && mine === current.current)
    mine.busy = false
  }, [])

  const listened = uris.join('\n')
  // Asked for before the frame that says that it is awaited.
  useLayoutEffect(() => {
    void reload()
    return listened === '' ? undefined : desk.live.on(listened.split('\n'), () => void reload())
  }, [key, listened])
  useEffect(
    () => () => {
      current.current = { ...current.current, key: '' }
    },
    [],
  )
  const isMine = state.key === key
  return {
    value: isMine ? state.value : undefined,
    problem: isMine ? state.problem : undefined,
    reload: () => void reload(),
  }
}
