import type { RefObject } from 'preact'
import { useEffect } from 'preact/hooks'

/** Within so many pixels of the end the reader follows the conversation. Chosen by hand. */
const NEAR = 60

/** Keeps the end of a scrolling list in view while its content grows, unless the reader has scrolled away. */
export function useStickyEnd(scroller: RefObject<HTMLElement | null>, key: string): void {
  useEffect(() => {
    const element = scroller.current
    if (!element) return
    let follows = true
    const toEnd = () => {
      if (follows) element.scrollTop = element.scrollHeight
    }
    const onScroll = () => {
      follows = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR
    }
    element.addEventListener('scroll', onScroll, { passive: true })
    const changes = new MutationObserver(toEnd)
    changes.observe(element, { childList: true, subtree: true, characterData: true })
    const sizes = new ResizeObserver(toEnd)
    sizes.observe(element)
    toEnd()
    return () => {
      element.removeEventListener('scroll', onScroll)
      changes.disconnect()
      sizes.disconnect()
    }
  }, [key])
}
