import { useState } from 'preact/hooks'
import { useDesk } from '../../desk/desk.ts'
import { agentUri } from '../../desk/uris.ts'
import { useLoaded } from '../../desk/use-loaded.ts'
import type { Agent, Paged, Passage } from '../../mcp/shapes.ts'
import { count } from '../../ui/format.ts'
import { Button, Card, Empty, Problem, Waiting } from '../../ui/parts.tsx'
import { Archives } from './archives.tsx'
import { NewPassage } from './new-passage.tsx'
import { PassageCard } from './passage-card.tsx'
import { type Filter, NO_FILTER, SearchBar } from './search-bar.tsx'

const PAGE = 20

interface PassagePage extends Paged {
  readonly passages: readonly Passage[]
}

interface ArchiveTabProps {
  readonly agent: Agent
  /** Id of one passage, to be shown between its neighbours. */
  readonly detail: string | undefined
}

export function ArchiveTab({ agent, detail }: ArchiveTabProps) {
  const desk = useDesk()
  const [filter, setFilter] = useState<Filter>(NO_FILTER)
  const [isAdding, setAdding] = useState(false)
  return (
    <div class="page">
      <div class="row between">
        <Archives agent={agent} />
        {desk.can('insert_archival') && (
          <Button aria-expanded={isAdding} onClick={() => setAdding(!isAdding)}>
            New passage
          </Button>
        )}
      </div>
      <SearchBar
        filter={filter}
        onFilter={(next) => {
          setFilter(next)
          if (detail) desk.go({ kind: 'agent', id: agent.id, tab: 'archive' })
        }}
      />
      {isAdding && <NewPassage agent={agent} onDone={() => setAdding(false)} />}
      {detail ? (
        <Around agent={agent} passage={detail} />
      ) : (
        <Found key={JSON.stringify(filter)} agent={agent} filter={filter} />
      )}
    </div>
  )
}

function Found({ agent, filter }: { readonly agent: Agent; readonly filter: Filter }) {
  const desk = useDesk()
  const [older, setOlder] = useState<readonly PassagePage[]>([])
  const asked = {
    agent: agent.id,
    query: filter.query.trim() || undefined,
    tags: filter.tag.trim() === '' ? undefined : [filter.tag.trim()],
    after: filter.after || undefined,
    before: filter.before || undefined,
    include_superseded: filter.superseded || undefined,
    explain: filter.query.trim() !== '' || undefined,
    limit: PAGE,
  }
  const first = useLoaded(
    `passages ${agent.id} ${JSON.stringify(filter)}`,
    filter.query === '' ? [agentUri(agent.id)] : [],
    () => desk.call<PassagePage>('search_archival', asked),
  )
  if (!first.value) {
    return first.problem ? (
      <Problem text={first.problem} onRetry={first.reload} />
    ) : (
      <Waiting>Searching …</Waiting>
    )
  }
  const pages = [first.value, ...older]
  const passages = pages.flatMap((page) => page.passages)
  const cursor = pages.at(-1)?.next_cursor
  const best = Math.max(...passages.map(({ score = 0 }) => score), Number.EPSILON)
  const more = () =>
    desk
      .call<PassagePage>('search_archival', { ...asked, cursor })
      .then((page) => setOlder([...older, page]), desk.complain)
  return (
    <>
      {first.value.warnings?.map((warning) => (
        <p key={warning} class="warning-line">
          {warning}
        </p>
      ))}
      {passages.length === 0 && <Nothing agent={agent} filter={filter} />}
      <ol class="passages">
        {passages.map((passage) => (
          <PassageCard key={passage.id} agent={agent} passage={passage} best={best} />
        ))}
      </ol>
      {cursor && (
        <Button tone="quiet" onClick={more}>
          Show more
        </Button>
      )}
    </>
  )
}

function Nothing({ agent, filter }: { readonly agent: Agent; readonly filter: Filter }) {
  if (filter !== NO_FILTER) {
    return (
      <Empty title="Nothing matches">
        <p>Fewer or other words may; any of them is enough. Dates and tags narrow it down.</p>
      </Empty>
    )
  }
  return (
    <Empty title="The archive is empty">
      <p>
        {agent.name} puts facts here that are too many for its blocks, and searches them when it
        needs them. Passages can also come from documents and from you.
      </p>
    </Empty>
  )
}

/** One passage between its neighbours of the same source. */
function Around({ agent, passage }: { readonly agent: Agent; readonly passage: string }) {
  const desk = useDesk()
  const { value, problem, reload } = useLoaded(
    `around ${agent.id} ${passage}`,
    [agentUri(agent.id)],
    () =>
      desk.call<PassagePage>('search_archival', {
        agent: agent.id,
        passage_id: passage,
        include_superseded: true,
        limit: 7,
      }),
  )
  if (problem) return <Problem text={problem} onRetry={reload} />
  if (!value) return <Waiting>Reading …</Waiting>
  return (
    <Card
      title="Around this passage"
      aside={
        <Button onClick={() => desk.go({ kind: 'agent', id: agent.id, tab: 'archive' })}>
          Back to the search
        </Button>
      }
    >
      <p class="dim">{count(value.passages.length)} neighbouring passages of one source</p>
      <ol class="passages">
        {value.passages.map((each) => (
          <PassageCard key={each.id} agent={agent} passage={each} isChosen={each.id === passage} />
        ))}
      </ol>
    </Card>
  )
}
