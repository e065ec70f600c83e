import type { AgentId } from '../../core/ids.ts'
import type { McpContext } from '../../service/context.ts'
import { createLive, type Feed, type Live, type LiveOptions, type Subscription } from './live.ts'

/**
 * What tells clients of changes that are given one agent, each by its address. There is one `Live` per agent, over a
 * context that knows of nothing else, for as long as somebody subscribes. What an address means is looked up with each
 * subscription, for another agent may have the name by then.
 */
export function createPinnedFeeds(
  options: Omit<LiveOptions, 'open' | 'onIdle'>,
): (open: () => Promise<McpContext>) => Feed {
  const lives = new Map<AgentId | undefined, Live>()

  function liveOf(context: McpContext): Live {
    const known = lives.get(context.pinnedTo)
    if (known) return known
    const onIdle = () => {
      lives.delete(context.pinnedTo)
      live.close()
    }
    const live = createLive({ ...options, open: async () => context, onIdle })
    lives.set(context.pinnedTo, live)
    // The store is open; so nobody has to wait before the list is watched.
    void live.context()
    return live
  }

  return (open) => ({
    subscribe(tell) {
      let ended = false
      let opening: Promise<Subscription> | undefined
      const subscription = () => {
        opening ??= open().then(
          (context) => {
            const made = liveOf(context).subscribe(tell)
            if (ended) made.end()
            return made
          },
          (error: unknown) => {
            opening = undefined
            throw error
          },
        )
        return opening
      }
      const withMade = (use: (made: Subscription) => void) => {
        void opening?.then(use, () => undefined)
      }
      // Whoever adds hears of its failure.
      subscription().catch(() => undefined)
      return {
        add: async (uris) => (await subscription()).add(uris),
        remove: (uri) => withMade((made) => made.remove(uri)),
        end() {
          ended = true
          withMade((made) => made.end())
        },
      }
    },
  })
}
