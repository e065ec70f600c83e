import type { Run, ShortRun } from '../mcp/shapes.ts'
import { isOpen } from './agents.ts'
import { type Desk, useDesk } from './desk.ts'
import { RUNS } from './uris.ts'
import { type Loaded, useLoaded } from './use-loaded.ts'

/** A run, and the runs that it began. */
export interface RunTree {
  readonly run: ShortRun
  readonly children: readonly RunTree[]
}

/** The newest runs that are looked through; open ones are always found. Chosen by hand. */
const LOOKED_AT = 100
const OPEN = ['running', 'queued', 'waiting', 'requires_approval'] as const

/** Runs that are open, and runs that began others, as trees, newest first. */
export function useRunTrees(): Loaded<readonly RunTree[]> {
  const desk = useDesk()
  return useLoaded('run trees', [RUNS], async () => {
    const known = new Map((await newestRuns(desk)).map((run) => [run.run_id, run]))
    await addParents(desk, known)
    return treesOf([...known.values()]).filter(
      (tree) => tree.children.length > 0 || isOpen(tree.run),
    )
  })
}

async function newestRuns(desk: Desk): Promise<readonly ShortRun[]> {
  const ask = (status?: string) =>
    desk.call<{ runs: readonly ShortRun[] }>('list_runs', { status, limit: LOOKED_AT })
  const pages = await Promise.all([ask(), ...OPEN.map(ask)])
  return pages.flatMap(({ runs }) => runs)
}

/** A run that began an open one may be older than those that were listed. */
async function addParents(desk: Desk, known: Map<string, ShortRun>): Promise<void> {
  for (const run of known.values()) {
    const id = run.parent_run_id
    if (id === undefined || known.has(id)) continue
    const parent = await desk.call<Run>('get_run', { run_id: id }).catch(() => undefined)
    if (parent) known.set(id, short(parent))
  }
}

function short({ usage, ...run }: Run): ShortRun {
  return { ...run, message: '', total_tokens: usage.total_tokens }
}

/** Pure. */
export function treesOf(runs: readonly ShortRun[]): readonly RunTree[] {
  const ids = new Set(runs.map(({ run_id }) => run_id))
  const newest = [...runs].sort((a, b) => b.created_at.localeCompare(a.created_at))
  const below = (id: string): readonly RunTree[] =>
    newest
      .filter(({ parent_run_id }) => parent_run_id === id)
      .toReversed()
      .map((run) => ({ run, children: below(run.run_id) }))
  return newest
    .filter(({ parent_run_id: id }) => id === undefined || !ids.has(id))
    .map((run) => ({ run, children: below(run.run_id) }))
}

/** Pairs of a run that waits for other agents, and one that it waits for. Pure. */
export function waitsIn(trees: readonly RunTree[]): readonly (readonly [ShortRun, ShortRun])[] {
  return trees.flatMap(({ run, children }) => [
    ...(run.status === 'waiting' && run.waiting_for === 'agent'
      ? children
          .filter(({ run: child }) => isOpen(child))
          .map(({ run: child }) => [run, child] as const)
      : []),
    ...waitsIn(children),
  ])
}

export function runsIn(trees: readonly RunTree[]): readonly ShortRun[] {
  return trees.flatMap(({ run, children }) => [run, ...runsIn(children)])
}
