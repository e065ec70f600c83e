import { useEffect, useRef, useState } from 'preact/hooks'
import { useDesk } from '../../desk/desk.ts'
import { isConflict } from '../../mcp/errors.ts'
import type { Agent, Block } from '../../mcp/shapes.ts'
import { characters, count, counted } from '../../ui/format.ts'
import { Button, Chip, Time } from '../../ui/parts.tsx'
import { BlockHistory } from './block-history.tsx'
import { Conflict } from './conflict.tsx'

interface BlockCardProps {
  readonly agent: Agent
  readonly block: Block
  /** The address names this block. */
  readonly isShown: boolean
}

/** A draft, and the version of the block that it was made from. */
interface Draft {
  readonly text: string
  readonly version: number
}

/** A block that is edited in place. While it is, changes by others are shown instead of overwritten. */
export function BlockCard({ agent, block: arrived, isShown }: BlockCardProps) {
  const desk = useDesk()
  const [saved, setSaved] = useState<Draft | undefined>()
  // A saved text is the newest one until it comes back; typing goes on in it.
  const isAhead = saved !== undefined && saved.version > arrived.version
  const block = isAhead ? { ...arrived, value: saved.text, version: saved.version } : arrived
  const [draft, setDraft] = useState<Draft | undefined>()
  const [isBusy, setBusy] = useState(false)
  const [hasHistory, setHistory] = useState(isShown)
  const element = useRef<HTMLElement>(null)
  useEffect(() => {
    if (isShown) element.current?.scrollIntoView({ block: 'nearest' })
  }, [isShown])

  const text = draft?.text ?? block.value
  const isDirty = draft !== undefined && draft.text !== block.value
  const isOvertaken = isDirty && draft.version !== block.version
  const length = characters(text)
  const isTooLong = length > block.limit
  const mayWrite = desk.can('write_memory_block')

  const save = async (version: number) => {
    setBusy(true)
    try {
      const args = { agent: agent.id, label: block.label, value: text, expected_version: version }
      const answer = await desk.call<{ block: Block }>('write_memory_block', args)
      setSaved({ text, version: answer.block.version })
      // Words typed while it was saved stay.
      setDraft((now) =>
        now === undefined || now.text === text
          ? undefined
          : { ...now, version: answer.block.version },
      )
      desk.say(`The block ${block.label} was saved.`)
    } catch (error) {
      // The newer version arrives by itself, and the draft stays.
      if (!isConflict(error)) desk.complain(error)
    }
    setBusy(false)
  }
  const detach = () =>
    desk.call('detach_block', { agent: agent.id, block_id: block.id }).catch(desk.complain)

  return (
    <article ref={element} class="card block" data-label={block.label}>
      <header class="card-head">
        <h2>{block.label}</h2>
        <div class="card-aside numbers">
          {block.read_only && <Chip>read-only for the agent</Chip>}
          {block.shared_with.length > 0 && <Chip>shared with {block.shared_with.length}</Chip>}
          <span class={isTooLong ? 'over-limit' : ''}>
            {count(length)} of {count(block.limit)} characters
          </span>
        </div>
      </header>
      {block.description && <p class="hint">{block.description}</p>}
      <textarea
        class="block-text"
        aria-label={`Text of ${block.label}`}
        readOnly={!mayWrite}
        spellcheck={false}
        value={text}
        onInput={(event) =>
          setDraft({ text: event.currentTarget.value, version: draft?.version ?? block.version })
        }
        onKeyDown={(event) => {
          const saves = event.key === 'Enter' || event.key.toLowerCase() === 's'
          if (!(event.metaKey || event.ctrlKey) || !saves) return
          event.preventDefault()
          if (isDirty && !isTooLong) void save(draft.version)
        }}
      />
      <Meter share={length / block.limit} />
      {isTooLong && (
        <p class="problem-line">
          {counted(length - block.limit, 'character')} too long. Shorten it, or move detail to the
          archive.
        </p>
      )}
      {isOvertaken && (
        <Conflict
          mine={draft.text}
          block={block}
          isBusy={isBusy}
          isTooLong={isTooLong}
          onTakeTheirs={() => setDraft(undefined)}
          onKeepMine={() => save(block.version)}
          onEditOn={() => setDraft({ text: draft.text, version: block.version })}
        />
      )}
      <div class="row">
        {isDirty && !isOvertaken && (
          <>
            <Button tone="main" disabled={isBusy || isTooLong} onClick={() => save(draft.version)}>
              Save
            </Button>
            <Button disabled={isBusy} onClick={() => setDraft(undefined)}>
              Undo
            </Button>
          </>
        )}
        <span class="dim">
          Version {block.version} · <Time at={block.updated_at} />
        </span>
        <span class="push" />
        {desk.can('memory_history') && (
          <Button aria-expanded={hasHistory} onClick={() => setHistory(!hasHistory)}>
            History
          </Button>
        )}
        {desk.can('detach_block') && (
          <Button onClick={detach} title="Takes the block from this agent; it is not deleted">
            Detach
          </Button>
        )}
      </div>
      {hasHistory && desk.can('memory_history') && <BlockHistory agent={agent} block={block} />}
    </article>
  )
}

function Meter({ share }: { readonly share: number }) {
  return (
    <div class={share > 1 ? 'meter over' : share > 0.9 ? 'meter near' : 'meter'} aria-hidden="true">
      <span style={{ width: `${Math.min(1, share) * 100}%` }} />
    </div>
  )
}
