/** Rows of a unified diff, without its header. Pure. */
export function readDiff(unified: string): readonly DiffRow[] {
  return unified.split('\n').flatMap((line): readonly DiffRow[] => {
    if (/^(---|\+\+\+|=====|Index:)/.test(line) || line.startsWith('\\')) return []
    if (line.startsWith('@@')) return [{ kind: 'gap', text: '' }]
    if (line.startsWith('+')) return [{ kind: 'added', text: line.slice(1) }]
    if (line.startsWith('-')) return [{ kind: 'removed', text: line.slice(1) }]
    return [{ kind: 'same', text: line.slice(1) }]
  })
}

export interface DiffRow {
  readonly kind: 'same' | 'added' | 'removed' | 'gap'
  readonly text: string
}

const SIGNS = { same: ' ', added: '+', removed: '−', gap: '' } as const

export function Diff({ rows }: { readonly rows: readonly DiffRow[] }) {
  const shown = rows.filter((row, index) => !(row.kind === 'gap' && index === 0))
  if (!shown.some(({ kind }) => kind === 'added' || kind === 'removed')) {
    return <p class="hint">The text is the same.</p>
  }
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section class="diff" aria-label="Changes" tabIndex={0}>
      {shown.map((row, index) => (
        <div key={index} class={`diff-${row.kind}`}>
          <span class="diff-sign" aria-hidden="true">
            {SIGNS[row.kind]}
          </span>
          {row.kind === 'added' && <span class="unseen">added: </span>}
          {row.kind === 'removed' && <span class="unseen">removed: </span>}
          <span class="diff-text">{row.kind === 'gap' ? '⋯' : row.text}</span>
        </div>
      ))}
    </section>
  )
}
