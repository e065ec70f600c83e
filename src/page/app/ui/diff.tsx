/** Rows of a unified diff, without its header. Pure. */
export function readDiff(unified: string): readonly DiffRow[] {
  const rows = unified.split('\n').flatMap((line): readonly DiffRow[] => {
    if (/^(---|\+\+\+|=====|Index:)/.test(line) || line.startsWith('\\')) return []
    if (line.startsWith('@@')) return [{ kind: 'gap', text: '' }]
    if (line.startsWith('+')) return [{ kind: 'added', text: line.slice(1) }]
    if (line.startsWith('-')) return [{ kind: 'removed', text: line.slice(1) }]
    return [{ kind: 'same', text: line.slice(1) }]
  })
  return rows.flatMap((row, at) => {
    if (isSameLine(row, rows[at + 1])) return [{ kind: 'same', text: row.text }]
    return isSameLine(rows[at - 1], row) ? [] : [row]
  })
}

/** A last line that only got a newline after it is removed and added. */
function isSameLine(removed: DiffRow | undefined, added: DiffRow | undefined): boolean {
  return removed?.kind === 'removed' && added?.kind === 'added' && removed.text === added.text
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
