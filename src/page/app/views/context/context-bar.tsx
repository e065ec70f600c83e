import { type ContextAccount, PARTS } from '../../desk/context.ts'
import { count, percent } from '../../ui/format.ts'

/** The window as a bar: each part as wide as its tokens, and a line where compaction begins. */
export function ContextBar({ account }: { readonly account: ContextAccount }) {
  const { parts, context_window: size, total_tokens: total, compacts_at: line } = account
  /** A window that is too small is drawn as wide as what is in it. */
  const whole = Math.max(size, total)
  const shown = parts.filter(({ tokens }) => tokens > 0)
  const label = shown.map(({ name, tokens }) => `${PARTS[name]?.name ?? name} ${count(tokens)}`)
  return (
    <div
      class={total > size ? 'context-bar over' : 'context-bar'}
      role="img"
      aria-label={`${count(total)} of ${count(size)} tokens: ${label.join(', ')}. Compaction begins at ${count(line)}.`}
    >
      {shown.map(({ name, tokens }) => (
        <span
          key={name}
          class={`part part-${name}`}
          title={`${PARTS[name]?.name ?? name}: ${count(tokens)} tokens (${percent(tokens / size)})`}
          style={{ width: `${(tokens / whole) * 100}%` }}
        />
      ))}
      <span class="compaction-line" style={{ left: `${(line / whole) * 100}%` }} />
      {total > size && <span class="window-end" style={{ left: `${(size / whole) * 100}%` }} />}
    </div>
  )
}
