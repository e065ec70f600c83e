import type { Block } from '../mcp/shapes.ts'
import { type Desk, useDesk } from './desk.ts'
import { memoryUri } from './uris.ts'
import { type Loaded, useLoaded } from './use-loaded.ts'

/** An edit while the text is read begins the reading again; so often at most. Chosen by hand. */
const MAX_TRIES = 5

/** The agent's blocks with their whole text. */
export function useBlocks(agent: string): Loaded<readonly Block[]> {
  const desk = useDesk()
  return useLoaded(`blocks ${agent}`, [memoryUri(agent)], () => loadBlocks(desk, agent))
}

interface Blocks {
  readonly blocks: readonly Block[]
  readonly truncated?: boolean
  readonly left_out?: number
}

/** Long values and long lists come in several answers; editing half a text would lose the rest. */
async function loadBlocks(desk: Desk, agent: string): Promise<readonly Block[]> {
  const { blocks, left_out: rest = 0 } = await desk.call<Blocks>('read_memory', { agent })
  const labels = rest > 0 ? await labelsOf(desk, agent) : blocks.map(({ label }) => label)
  const known = new Map(blocks.map((block) => [block.label, block]))
  return Promise.all(
    labels.map(async (label) => {
      const block = known.get(label)
      return block && block.next_offset === undefined ? block : loadBlock(desk, agent, label)
    }),
  )
}

async function labelsOf(desk: Desk, agent: string): Promise<readonly string[]> {
  const found = await desk.call<{ agent: { blocks: readonly { label: string }[] } }>('get_agent', {
    agent,
  })
  return found.agent.blocks.map(({ label }) => label)
}

export async function loadBlock(desk: Desk, agent: string, label: string): Promise<Block> {
  for (let tries = 1; ; tries += 1) {
    const whole = await readThrough(desk, agent, label)
    if (whole) return whole
    if (tries === MAX_TRIES) throw new Error(`${label} changes too fast to be read.`)
  }
}

/** Undefined if the block changed while it was read. */
async function readThrough(desk: Desk, agent: string, label: string): Promise<Block | undefined> {
  let whole: Block | undefined
  let offset: number | undefined
  do {
    const { blocks } = await desk.call<Blocks>('read_memory', { agent, label, offset })
    const [piece] = blocks
    if (!piece || (whole && whole.version !== piece.version)) return undefined
    whole = { ...piece, value: (whole?.value ?? '') + piece.value }
    offset = piece.next_offset
  } while (offset !== undefined)
  return whole
}
