import type { Block } from '../../mcp/shapes.ts'
import { Diff } from '../../ui/diff.tsx'
import { diffLines } from '../../ui/line-diff.ts'
import { Button } from '../../ui/parts.tsx'

interface ConflictProps {
  readonly mine: string
  readonly block: Block
  readonly isBusy: boolean
  /** Mine does not fit into the block. */
  readonly isTooLong: boolean
  readonly onTakeTheirs: () => void
  readonly onKeepMine: () => void
  readonly onEditOn: () => void
}

/** Somebody has changed the block while the user edited it; nothing is lost until the user decides. */
export function Conflict(props: ConflictProps) {
  const { mine, block, isBusy, isTooLong, onTakeTheirs, onKeepMine, onEditOn } = props
  return (
    <section class="conflict" role="alert" aria-label={`Conflict in ${block.label}`}>
      <p>
        Somebody else changed <strong>{block.label}</strong> while you edited it: it is version{' '}
        {block.version} now. Saving your text would change it like this:
      </p>
      <Diff rows={diffLines(block.value, mine)} />
      <div class="row">
        <Button onClick={onEditOn}>Keep editing</Button>
        <Button tone="main" disabled={isBusy || isTooLong} onClick={onKeepMine}>
          Save mine over it
        </Button>
        <Button onClick={onTakeTheirs}>Take theirs</Button>
      </div>
    </section>
  )
}
