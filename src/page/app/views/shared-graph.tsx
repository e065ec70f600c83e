import { writeRoute } from '../desk/route.ts'
import type { ListedBlock } from '../mcp/shapes.ts'

/* Agents on the left, shared blocks on the right, a line where an agent has a block. Sizes are in pixels of the drawing. */

const ROW = 30
/** Between agents and blocks. */
const MIDDLE = 130
/** As wide as most letters are. */
const LETTER = 8
const MARGIN = 14
const CHARACTERS = 26

interface SharedGraphProps {
  readonly blocks: readonly ListedBlock[]
  readonly names: ReadonlyMap<string, string>
  readonly chosen: string | undefined
  readonly onChoose: (id: string | undefined) => void
}

export function SharedGraph({ blocks, names, chosen, onChoose }: SharedGraphProps) {
  const agents = [...new Set(blocks.flatMap(({ shared_with }) => shared_with))]
  const chooses = (id: string) => ({
    onMouseEnter: () => onChoose(id),
    onFocus: () => onChoose(id),
    onMouseLeave: () => onChoose(undefined),
    onBlur: () => onChoose(undefined),
  })
  const rows = Math.max(agents.length, blocks.length)
  const place = (index: number, of: number) => ((index + 0.5) * rows * ROW) / of
  const lines = blocks.flatMap((block, to) =>
    block.shared_with.map((agent) => ({
      key: `${agent} ${block.id}`,
      isChosen: chosen === agent || chosen === block.id,
      from: place(agents.indexOf(agent), agents.length),
      to: place(to, blocks.length),
    })),
  )
  const left = widest(agents.map((id) => names.get(id) ?? id))
  const right = left + MIDDLE
  const width = right + widest(blocks.map(({ label }) => label))
  return (
    <svg class="graph" width={width} height={rows * ROW} viewBox={`0 0 ${width} ${rows * ROW}`}>
      <title>
        {`${agents.length} agents share ${blocks.length} blocks; the list below says the same`}
      </title>
      {lines.map(({ key, isChosen, from, to }) => (
        <path
          key={key}
          class={isChosen ? 'edge chosen' : 'edge'}
          d={`M ${left} ${from} C ${left + 90} ${from}, ${right - 90} ${to}, ${right} ${to}`}
        />
      ))}
      {agents.map((id, index) => (
        <a
          key={id}
          class="node"
          href={writeRoute({ kind: 'agent', id, tab: 'memory' })}
          {...chooses(id)}
        >
          <circle cx={left} cy={place(index, agents.length)} r="4" />
          <text x={left - 12} y={place(index, agents.length) + 4} text-anchor="end">
            {cut(names.get(id) ?? id)}
          </text>
        </a>
      ))}
      {blocks.map((block, index) => (
        <a
          key={block.id}
          class="node"
          href={writeRoute({
            kind: 'agent',
            id: block.shared_with[0] ?? '',
            tab: 'memory',
            detail: block.label,
          })}
          {...chooses(block.id)}
        >
          <rect x={right - 4} y={place(index, blocks.length) - 4} width="8" height="8" />
          <text x={right + 12} y={place(index, blocks.length) + 4}>
            {cut(block.label)}
          </text>
        </a>
      ))}
    </svg>
  )
}

function widest(texts: readonly string[]): number {
  return MARGIN + Math.max(...texts.map((text) => cut(text).length)) * LETTER
}

function cut(text: string): string {
  return text.length > CHARACTERS ? `${text.slice(0, CHARACTERS)}…` : text
}
