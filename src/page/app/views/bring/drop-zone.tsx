import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'

interface DropZoneProps {
  readonly label: string
  /** Kinds of files in the dialog; empty: all. */
  readonly accept: string
  /** Says in words what is being done; empty: nothing. */
  readonly busy: string
  readonly onFiles: (files: readonly File[]) => void
  readonly children: ComponentChildren
}

/** A place for files, dropped or chosen. */
export function DropZone({ label, accept, busy, onFiles, children }: DropZoneProps) {
  const [isOver, setOver] = useState(false)
  return (
    <section
      aria-label={label}
      class={isOver ? 'drop over' : 'drop'}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault()
        setOver(false)
        onFiles([...(event.dataTransfer?.files ?? [])])
      }}
    >
      <p>{children}</p>
      <label class="button plain file">
        Choose files
        <input
          type="file"
          multiple
          {...(accept !== '' && { accept })}
          onChange={(event) => {
            const { files } = event.currentTarget
            onFiles([...(files ?? [])])
            event.currentTarget.value = ''
          }}
        />
      </label>
      {busy && <p role="status">{busy}</p>}
    </section>
  )
}
