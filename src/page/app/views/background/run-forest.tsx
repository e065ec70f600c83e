import { useNames } from '../../desk/names.ts'
import { writeRoute } from '../../desk/route.ts'
import { type RunTree, runsIn, useRunTrees, waitsIn } from '../../desk/run-trees.ts'
import type { ShortRun } from '../../mcp/shapes.ts'
import { count } from '../../ui/format.ts'
import { Card, Chip, Empty, Problem, Time, Waiting } from '../../ui/parts.tsx'
import { stateOf } from '../chat/run-state.tsx'

/** Trees that are shown; chosen by hand. */
const SHOWN = 30

/** Runs at work, with the runs that they began, and who waits for whom. */
export function RunForest() {
  const { value: trees, problem, reload } = useRunTrees()
  const shown = trees?.slice(0, SHOWN) ?? []
  const names = useNames(runsIn(shown).map(({ agent_id }) => agent_id))
  const waits = waitsIn(shown)
  return (
    <>
      <Card title="Who waits for whom">
        {waits.length === 0 && <p class="hint">No agent waits for another one.</p>}
        <ul class="waits">
          {waits.map(([run, child]) => (
            <li key={`${run.run_id} ${child.run_id}`}>
              <AgentOf run={run} names={names} /> <span class="dim">waits for</span>{' '}
              <AgentOf run={child} names={names} />{' '}
              <span class="dim">
                since <Time at={child.created_at} />
              </span>
            </li>
          ))}
        </ul>
      </Card>
      <Card title="Runs and what they began">
        {problem && <Problem text={problem} onRetry={reload} />}
        {!trees && !problem && <Waiting>Reading the runs …</Waiting>}
        {trees?.length === 0 && (
          <Empty title="Nobody is at work">
            <p>
              When an agent messages another one or begins a task, the runs stand here below the one
              that began them.
            </p>
          </Empty>
        )}
        <Trees trees={shown} names={names} />
        {trees && trees.length > SHOWN && (
          <p class="hint">and {count(trees.length - SHOWN)} more</p>
        )}
      </Card>
    </>
  )
}

type Names = ReadonlyMap<string, string>

function Trees({ trees, names }: { readonly trees: readonly RunTree[]; readonly names: Names }) {
  if (trees.length === 0) return null
  return (
    <ul class="run-tree">
      {trees.map(({ run, children }) => (
        <li key={run.run_id}>
          <p>
            <AgentOf run={run} names={names} />{' '}
            <span class={`state ${run.status}`}>{stateOf(run)}</span>{' '}
            {run.task && <Chip>task</Chip>}{' '}
            <span class="dim">
              {run.message && `“${run.message}” `}
              <Time at={run.created_at} />
            </span>
          </p>
          <Trees trees={children} names={names} />
        </li>
      ))}
    </ul>
  )
}

function AgentOf({ run, names }: { readonly run: ShortRun; readonly names: Names }) {
  const { agent_id: id, run_id: detail } = run
  return <a href={writeRoute({ kind: 'agent', id, tab: 'runs', detail })}>{names.get(id) ?? id}</a>
}
