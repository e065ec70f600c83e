import { useEffect, useRef, useState } from 'preact/hooks'
import { useContextAccount } from '../../desk/context.ts'
import { useDesk } from '../../desk/desk.ts'
import { writeRoute } from '../../desk/route.ts'
import { memoryUri } from '../../desk/uris.ts'
import { useLoaded } from '../../desk/use-loaded.ts'
import type { Agent, Block } from '../../mcp/shapes.ts'
import { count, percent } from '../../ui/format.ts'
import { Waiting } from '../../ui/parts.tsx'
import { ContextBar } from '../context/context-bar.tsx'

/** Beside the conversation: how full the window is, and memory as it changes. */
export function Rail({ agent }: { readonly agent: Agent }) {
  const desk = useDesk()
  const account = useContextAccount(agent.id).value
  const memory = useLoaded(`memory ${agent.id}`, [memoryUri(agent.id)], () =>
    desk.call<{ blocks: readonly Block[] }>('read_memory', { agent: agent.id }),
  )
  return (
    <aside class="rail" aria-label={`Memory of ${agent.name}`}>
      {account && (
        <section class="rail-context">
          <h2>
            <a href={writeRoute({ kind: 'agent', id: agent.id, tab: 'context' })}>Context</a>
            <span class="dim">
              {count(account.total_tokens)} of {count(account.context_window)} tokens (
              {percent(account.total_tokens / account.context_window)})
            </span>
          </h2>
          <ContextBar account={account} />
        </section>
      )}
      <h2>
        <a href={writeRoute({ kind: 'agent', id: agent.id, tab: 'memory' })}>Memory blocks</a>
      </h2>
      {!memory.value && <Waiting>Reading memory …</Waiting>}
      {memory.value?.blocks.map((block) => (
        <RailBlock key={block.id} agent={agent.id} block={block} />
      ))}
    </aside>
  )
}

/** How long a block that has just changed is marked; chosen by hand. */
const MARK_MILLISECONDS = 2_500

function RailBlock({ agent, block }: { readonly agent: string; readonly block: Block }) {
  const [isNew, setNew] = useState(false)
  const seen = useRef(block.version)
  useEffect(() => {
    if (seen.current === block.version) return
    seen.current = block.version
    setNew(true)
    const timer = setTimeout(() => setNew(false), MARK_MILLISECONDS)
    return () => clearTimeout(timer)
  }, [block.version])
  return (
    <section class={isNew ? 'rail-block changed' : 'rail-block'} data-label={block.label}>
      <h3>
        <a href={writeRoute({ kind: 'agent', id: agent, tab: 'memory', detail: block.label })}>
          {block.label}
        </a>
        <span class="dim">
          {isNew && 'changed now · '}
          {count(block.chars)} of {count(block.limit)} characters
        </span>
      </h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <p class="text" tabIndex={0}>
        {block.value === '' ? <span class="dim">Empty.</span> : block.value}
      </p>
    </section>
  )
}
