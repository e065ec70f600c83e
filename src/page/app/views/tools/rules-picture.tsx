import type { ToolRule } from '../../mcp/shapes.ts'
import { BEGIN, END, type RuleEdge, type RuleNode, rulesGraph } from './rules-graph.ts'

/* Sizes are in pixels of the drawing. */

const COLUMN = 216
const ROW = 64
const BOX = { width: 152, height: 40 } as const
const MARGIN = 8
const CHARACTERS = 19
const LABEL_CHARACTERS = 12
/** Below the boxes, for ways back. */
const BELOW = 30

export function RulesPicture({ rules }: { readonly rules: readonly ToolRule[] }) {
  const { nodes, edges, columns, rows } = rulesGraph(rules)
  const width = (columns - 1) * COLUMN + BOX.width + MARGIN * 2
  const known = new Map(nodes.map((node) => [node.name, node]))
  const hasWayBack = edges.some(({ from, to }) => isWayBack(known.get(from), known.get(to)))
  const height = (rows - 1) * ROW + BOX.height + MARGIN * 2 + (hasWayBack ? BELOW : 0)
  return (
    <section class="picture" aria-label="Picture of the rules">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <div class="picture-scroll" tabIndex={0}>
        <svg class="rules-graph" width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
          <title>The rules below as a picture, from where the turn begins to where it ends</title>
          <defs>
            <marker
              id="arrow"
              viewBox="0 0 8 8"
              refX="7"
              refY="4"
              markerWidth="7"
              markerHeight="7"
              orient="auto"
            >
              <path class="arrow" d="M 0 0 L 8 4 L 0 8 z" />
            </marker>
          </defs>
          {edges.map((edge, index) => (
            <Edge key={index} edge={edge} from={known.get(edge.from)} to={known.get(edge.to)} />
          ))}
          {nodes.map((node) => (
            <Box key={node.name} node={node} />
          ))}
        </svg>
      </div>
    </section>
  )
}

function Box({ node }: { readonly node: RuleNode }) {
  const { x, y } = placeOf(node)
  const isTool = node.name !== BEGIN && node.name !== END
  return (
    <g class={isTool ? 'rule-tool' : 'rule-end'}>
      <rect x={x} y={y} width={BOX.width} height={BOX.height} rx={isTool ? 6 : 20} />
      <text x={x + BOX.width / 2} y={y + (node.notes.length > 0 ? 17 : 24)} text-anchor="middle">
        {cut(node.name, CHARACTERS)}
      </text>
      {node.notes.length > 0 && (
        <text class="rule-note" x={x + BOX.width / 2} y={y + 32} text-anchor="middle">
          {node.notes.join(', ')}
        </text>
      )}
    </g>
  )
}

interface EdgeProps {
  readonly edge: RuleEdge
  readonly from: RuleNode | undefined
  readonly to: RuleNode | undefined
}

function Edge({ edge, from, to }: EdgeProps) {
  if (!from || !to) return null
  const begin = placeOf(from)
  const end = placeOf(to)
  const middle = BOX.height / 2
  const isBack = isWayBack(from, to)
  // A way back leaves and arrives below the boxes.
  const [x1, y1] = isBack
    ? [begin.x + BOX.width / 2, begin.y + BOX.height]
    : [begin.x + BOX.width, begin.y + middle]
  const [x2, y2] = isBack
    ? [end.x + BOX.width / 2 + 12, end.y + BOX.height]
    : [end.x, end.y + middle]
  const path = isBack
    ? `M ${x1} ${y1} C ${x1} ${y1 + 24}, ${x2} ${y2 + 24}, ${x2} ${y2 + 2}`
    : `M ${x1} ${y1} C ${x1 + 32} ${y1}, ${x2 - 32} ${y2}, ${x2 - 2} ${y2}`
  return (
    <g class="rule-edge">
      <path d={path} marker-end="url(#arrow)" />
      <text x={(x1 + x2) / 2} y={(y1 + y2) / 2 + (isBack ? 22 : -5)} text-anchor="middle">
        {cut(edge.label, LABEL_CHARACTERS)}
      </text>
    </g>
  )
}

function isWayBack(from: RuleNode | undefined, to: RuleNode | undefined): boolean {
  return from !== undefined && to !== undefined && to.column <= from.column
}

function placeOf({ column, row }: RuleNode) {
  return { x: MARGIN + column * COLUMN, y: MARGIN + row * ROW }
}

function cut(text: string, characters: number): string {
  return text.length > characters ? `${text.slice(0, characters - 1)}…` : text
}
