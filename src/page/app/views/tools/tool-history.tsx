import { useState } from 'preact/hooks'
import { useDesk } from '../../desk/desk.ts'
import { useLoaded } from '../../desk/use-loaded.ts'
import type { Paged, Version } from '../../mcp/shapes.ts'
import type { WholeTool } from '../../mcp/tool-shapes.ts'
import { Diff, readDiff } from '../../ui/diff.tsx'
import { count } from '../../ui/format.ts'
import { Button, Problem, Time, Waiting } from '../../ui/parts.tsx'

/** Versions that are listed; older ones stay in tool_history. */
const LISTED = 50

export function ToolHistory({ tool }: { readonly tool: WholeTool }) {
  const desk = useDesk()
  const { value, problem, reload } = useLoaded(`history ${tool.id} ${tool.version}`, [], () =>
    desk.call<Paged & { versions: readonly Version[] }>('tool_history', {
      tool: tool.id,
      limit: LISTED,
    }),
  )
  const [shown, setShown] = useState<number | undefined>()
  const restore = async (version: number) => {
    try {
      await desk.call('restore_tool', { tool: tool.id, version })
      desk.say(`Version ${version} of ${tool.name} is back, as a new version.`)
    } catch (error) {
      desk.complain(error)
    }
  }
  return (
    <details class="rights">
      <summary>Versions: {count(tool.version)}</summary>
      {problem && <Problem text={problem} onRetry={reload} />}
      {!value && !problem && <Waiting>Reading the versions …</Waiting>}
      <ul class="versions">
        {value?.versions.map((each) => (
          <li key={each.version} class="row">
            <span>
              Version {each.version} <Time at={each.at} />{' '}
              <span class="dim">
                by {each.by}, {count(each.chars)} characters
                {each.reason && `, “${each.reason}”`}
              </span>
            </span>
            {each.version > 1 && desk.can('diff_tool') && (
              <Button
                tone="quiet"
                aria-expanded={shown === each.version}
                aria-label={`What changed in version ${each.version}`}
                onClick={() => setShown(shown === each.version ? undefined : each.version)}
              >
                What changed
              </Button>
            )}
            {each.version !== tool.version && desk.can('restore_tool') && (
              <Button
                tone="quiet"
                aria-label={`Restore version ${each.version}`}
                onClick={() => restore(each.version)}
              >
                Restore
              </Button>
            )}
            {shown === each.version && <Change tool={tool} version={each.version} />}
          </li>
        ))}
      </ul>
    </details>
  )
}

function Change({ tool, version }: { readonly tool: WholeTool; readonly version: number }) {
  const desk = useDesk()
  const { value, problem } = useLoaded(`change ${tool.id} ${version}`, [], () =>
    desk.call<{ diff: string; next_offset?: number }>('diff_tool', {
      tool: tool.id,
      from_version: version - 1,
      to_version: version,
    }),
  )
  if (problem) return <Problem text={problem} />
  if (!value) return <Waiting>Comparing …</Waiting>
  return (
    <div class="whole">
      <Diff rows={readDiff(value.diff)} />
      {value.next_offset !== undefined && <p class="hint">The rest of a long comparison is cut.</p>}
    </div>
  )
}
