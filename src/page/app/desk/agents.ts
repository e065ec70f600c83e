import { useEffect, useState } from 'preact/hooks'
import type { Paged, ShortAgent, ShortRun } from '../mcp/shapes.ts'
import { useDesk } from './desk.ts'
import { RUNS } from './uris.ts'
import { type Loaded, useLoaded } from './use-loaded.ts'
import { useSettled } from './use-settled.ts'

const PAGE = 50
/** Arguments of the first page of the list. */
export const FIRST_AGENTS = { limit: PAGE } as const
/** After the last key, before the server is asked; chosen by hand. */
const TYPING_MILLISECONDS = 150

export interface AgentPage extends Paged {
  readonly agents: readonly ShortAgent[]
}

/** Agents whose name, id or description contains the query; `more` loads the next page. */
export function useAgents(query: string) {
  const desk = useDesk()
  const asked = useSettled(query, TYPING_MILLISECONDS)
  const [size, setSize] = useState(PAGE)
  const loaded: Loaded<AgentPage> = useLoaded(
    `agents ${asked} ${size}`,
    ['recollect://agents'],
    () =>
      desk.only === undefined
        ? pages(size, (limit, cursor) =>
            desk.read<AgentPage>('list_agents', { query: asked || undefined, limit, cursor }),
          )
        : desk
            .read<{ agent: ShortAgent }>('get_agent')
            .then(({ agent }) => ({ agents: agent ? [agent] : [] })),
  )
  const [kept, setKept] = useState<AgentPage | undefined>()
  useEffect(() => {
    if (loaded.value) setKept(loaded.value)
  }, [loaded.value])
  return { ...loaded, value: loaded.value ?? kept, more: () => setSize(size + PAGE * 2) }
}

async function pages(
  size: number,
  load: (limit: number, cursor: string | undefined) => Promise<AgentPage>,
): Promise<AgentPage> {
  let all: readonly ShortAgent[] = []
  let cursor: string | undefined
  do {
    const page = await load(PAGE, cursor)
    all = [...all, ...page.agents]
    cursor = page.next_cursor
  } while (cursor !== undefined && all.length < size)
  return { agents: all, ...(cursor !== undefined && { next_cursor: cursor }) }
}

const OPEN = ['queued', 'running', 'waiting', 'requires_approval']

export function isOpen({ status }: Pick<ShortRun, 'status'>): boolean {
  return OPEN.includes(status)
}

/** Runs that wait for a person; nobody decides about more at a time. Chosen by hand. */
const MAX_WAITING = 100

/** The newest runs of all agents, and all that wait for a person, however old. */
export function useRuns(): Loaded<{ readonly runs: readonly ShortRun[] }> {
  const desk = useDesk()
  return useLoaded('runs', [RUNS], async () => {
    if (!desk.can('list_runs')) return { runs: [] }
    const ask = (args: object) => desk.read<{ runs: readonly ShortRun[] }>('list_runs', { ...args })
    const [newest, waiting] = await Promise.all([
      ask({ limit: PAGE }),
      ask({ status: 'requires_approval', limit: MAX_WAITING }),
    ])
    const known = new Set(newest.runs.map(({ run_id }) => run_id))
    return { runs: [...newest.runs, ...waiting.runs.filter(({ run_id }) => !known.has(run_id))] }
  })
}
