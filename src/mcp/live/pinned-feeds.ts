import type { AgentId } from '../../core/ids.ts'
import type { McpContext } from '../../service/context.ts'
import { createLive, type Feed, type Live, type LiveOptions, type Subscription } from './live.ts'

/**
 * Feeds for clients that are limited to one agent by their address. Each agent with subscribers has one `Live` over a
 * context limited to that agent. The address is resolved for each subscription, because another agent may have the name
 * by then.
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
    // The store is open, so the list can be watched at once.
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
      // The caller of `add` gets this error; do not report it as unhandled.
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
