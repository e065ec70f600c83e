import { useState } from 'preact/hooks'
import { type Desk, useDesk } from '../../desk/desk.ts'
import { writeRoute } from '../../desk/route.ts'
import { useLoaded } from '../../desk/use-loaded.ts'
import type { Agent, Block, Paged, Version } from '../../mcp/shapes.ts'
import { Diff, readDiff } from '../../ui/diff.tsx'
import { count, exactly } from '../../ui/format.ts'
import { Button, Problem, Waiting } from '../../ui/parts.tsx'
import { Pre } from '../../ui/pre.tsx'

/** Versions on the slider; older ones are loaded when asked for. */
const PAGE = 50

interface HistoryProps {
  readonly agent: Agent
  readonly block: Block
}

/** A block through time: a slider over its versions, what each changed, who, why, and the way back. */
export function BlockHistory({ agent, block }: HistoryProps) {
  const desk = useDesk()
  const [size, setSize] = useState(PAGE)
  const [chosen, setChosen] = useState<number | undefined>()
  const [isWhole, setWhole] = useState(false)
  const { value, problem, reload } = useLoaded(
    `history ${agent.id} ${block.label} ${block.version} ${size}`,
    [],
    () => loadVersions(desk, agent.id, block.label, size),
  )
  const [kept, setKept] = useState(value)
  if (value && value !== kept) setKept(value)
  const history = value ?? kept
  if (!history) {
    return problem ? (
      <Problem text={problem} onRetry={reload} />
    ) : (
      <Waiting>Reading the versions …</Waiting>
    )
  }
  const { versions, hasMore } = history
  const index = chosen === undefined ? -1 : versions.findIndex(({ version }) => version === chosen)
  const at = index === -1 ? versions.length - 1 : index
  const version = versions[at]
  if (!version) return <p class="hint">This block has no history.</p>
  const isNewest = version.version === block.version
  const restore = async () => {
    try {
      await desk.call('restore_memory_block', {
        agent: agent.id,
        label: block.label,
        version: version.version,
      })
      setChosen(undefined)
      desk.say(`Version ${version.version} of ${block.label} is back, as a new version.`)
    } catch (error) {
      desk.complain(error)
    }
  }
  return (
    <section class="history" aria-label={`History of ${block.label}`}>
      <div class="time-slider">
        {hasMore && (
          <Button tone="quiet" onClick={() => setSize(size + PAGE * 2)}>
            Older
          </Button>
        )}
        <input
          type="range"
          aria-label={`Version of ${block.label}`}
          aria-valuetext={`Version ${version.version}, ${exactly(version.at)}`}
          min={0}
          max={Math.max(0, versions.length - 1)}
          value={at}
          disabled={versions.length < 2}
          onInput={(event) => setChosen(versions[Number(event.currentTarget.value)]?.version)}
        />
        <span class="numbers">
          version {version.version} of {block.version}
        </span>
      </div>
      <p class="who">
        {exactly(version.at)} · {authorOf(version, agent)} · {count(version.chars)} characters
        {version.run_id && (
          <>
            {' '}
            ·{' '}
            <a
              href={writeRoute({
                kind: 'agent',
                id: version.by,
                tab: 'runs',
                detail: version.run_id,
              })}
            >
              in this run
            </a>
          </>
        )}
        {version.reason && <> · “{version.reason}”</>}
      </p>
      <div class="row">
        <Button aria-pressed={!isWhole} onClick={() => setWhole(false)}>
          What changed
        </Button>
        <Button aria-pressed={isWhole} onClick={() => setWhole(true)}>
          Whole text
        </Button>
        {!isNewest && desk.can('restore_memory_block') && (
          <Button tone="main" onClick={restore}>
            Restore this version
          </Button>
        )}
      </div>
      {isWhole ? (
        <PastText agent={agent} label={block.label} version={version} />
      ) : (
        <Change agent={agent} label={block.label} version={version.version} />
      )}
    </section>
  )
}

function Change({
  agent,
  label,
  version,
}: {
  readonly agent: Agent
  readonly label: string
  readonly version: number
}) {
  const desk = useDesk()
  const { value, problem } = useLoaded(`diff ${agent.id} ${label} ${version}`, [], async () => {
    if (version <= 1) return undefined
    const { diff } = await desk.call<{ diff: string }>('diff_memory_block', {
      agent: agent.id,
      label,
      from_version: version - 1,
      to_version: version,
    })
    return diff
  })
  if (version <= 1) return <p class="hint">The first version: everything in it was new.</p>
  if (problem) return <Problem text={problem} />
  return value === undefined ? <Waiting>Comparing …</Waiting> : <Diff rows={readDiff(value)} />
}

function PastText({
  agent,
  label,
  version,
}: {
  readonly agent: Agent
  readonly label: string
  readonly version: Version
}) {
  const desk = useDesk()
  const { value, problem } = useLoaded(`past ${agent.id} ${label} ${version.at}`, [], () =>
    desk.call<{ blocks: readonly Block[] }>('read_memory_as_of', {
      agent: agent.id,
      label,
      at: version.at,
    }),
  )
  if (problem) return <Problem text={problem} />
  const block = value?.blocks[0]
  if (!value) return <Waiting>Reading …</Waiting>
  return (
    <Pre label={`Version ${version.version} of ${label}`}>
      {block?.value}
      {block?.next_offset !== undefined && '\n…'}
    </Pre>
  )
}

async function loadVersions(desk: Desk, agent: string, label: string, size: number) {
  let versions: readonly Version[] = []
  let cursor: string | undefined
  do {
    const page = await desk.call<Paged & { versions: readonly Version[] }>('memory_history', {
      agent,
      label,
      limit: PAGE,
      cursor,
    })
    versions = [...versions, ...page.versions]
    cursor = page.next_cursor
  } while (cursor !== undefined && versions.length < size)
  return { versions: versions.toReversed(), hasMore: cursor !== undefined }
}

function authorOf({ by }: Version, agent: Agent): string {
  if (by === agent.id) return `${agent.name} itself`
  if (by === 'client') return 'a person or a client'
  return by === 'import' ? 'came with the agent file' : `another agent (${by})`
}
