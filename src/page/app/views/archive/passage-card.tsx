import { useState } from 'preact/hooks'
import { useDesk } from '../../desk/desk.ts'
import { writeRoute } from '../../desk/route.ts'
import type { Agent, Passage } from '../../mcp/shapes.ts'
import { counted } from '../../ui/format.ts'
import { Button, Chip, Time } from '../../ui/parts.tsx'
import { NewPassage } from './new-passage.tsx'
import { WhyFound } from './why-found.tsx'

interface PassageCardProps {
  readonly agent: Agent
  readonly passage: Passage
  /** The best score of the search. */
  readonly best?: number
  readonly isChosen?: boolean
}

export function PassageCard({ agent, passage, best = 1, isChosen = false }: PassageCardProps) {
  const desk = useDesk()
  const [isReplacing, setReplacing] = useState(false)
  const [isDeleting, setDeleting] = useState(false)
  const remove = async () => {
    try {
      await desk.call('delete_archival', { agent: agent.id, passage_id: passage.id })
      desk.say('The passage was deleted.')
    } catch (error) {
      desk.complain(error)
    }
  }
  const linkTo = (id: string) =>
    writeRoute({ kind: 'agent', id: agent.id, tab: 'archive', detail: id })
  return (
    <li class={`passage ${isChosen ? 'chosen' : ''} ${passage.superseded_by ? 'old' : ''}`}>
      <p class="text">
        {passage.text}
        {passage.next_offset !== undefined && ' …'}
      </p>
      <p class="numbers">
        <Time at={passage.created_at} />
        {passage.source && <span>{passage.source}</span>}
        {passage.tags?.map((tag) => (
          <Chip key={tag}>{tag}</Chip>
        ))}
        {passage.found_count !== undefined && (
          <span>found {counted(passage.found_count, 'time')} by agents</span>
        )}
        {passage.superseded_by && (
          <span>
            superseded by <a href={linkTo(passage.superseded_by)}>a newer one</a>
          </span>
        )}
        <span class="passage-actions">
          {!isChosen && (
            <a class="button quiet" href={linkTo(passage.id)}>
              Read around it
            </a>
          )}
          {desk.can('insert_archival') && !passage.superseded_by && (
            <Button
              tone="quiet"
              aria-expanded={isReplacing}
              onClick={() => setReplacing(!isReplacing)}
            >
              Supersede
            </Button>
          )}
          {desk.can('delete_archival') &&
            (isDeleting ? (
              <Button tone="danger" onClick={remove}>
                Delete for good
              </Button>
            ) : (
              <Button tone="quiet" onClick={() => setDeleting(true)}>
                Delete
              </Button>
            ))}
        </span>
      </p>
      {passage.why && <WhyFound passage={passage} why={passage.why} best={best} />}
      {isReplacing && (
        <NewPassage
          agent={agent}
          supersedes={passage.id}
          text={passage.text}
          onDone={() => setReplacing(false)}
        />
      )}
    </li>
  )
}
