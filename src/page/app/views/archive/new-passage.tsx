import { useState } from 'preact/hooks'
import { useDesk } from '../../desk/desk.ts'
import type { Agent } from '../../mcp/shapes.ts'
import { Button, Card, Field } from '../../ui/parts.tsx'

interface Inserted {
  readonly passages: readonly { readonly id: string; readonly duplicate: boolean }[]
  readonly similar?: readonly { readonly id: string; readonly text: string }[]
}

interface NewPassageProps {
  readonly agent: Agent
  /** Id of a passage that the new one replaces. */
  readonly supersedes?: string
  readonly text?: string
  readonly onDone: () => void
}

export function NewPassage({ agent, supersedes, text: before = '', onDone }: NewPassageProps) {
  const desk = useDesk()
  const [text, setText] = useState(before)
  const [tags, setTags] = useState('')
  const [source, setSource] = useState('')
  const insert = async () => {
    const list = tags
      .split(',')
      .map((tag) => tag.trim())
      .filter((tag) => tag !== '')
    try {
      const { passages, similar = [] } = await desk.call<Inserted>('insert_archival', {
        agent: agent.id,
        text,
        tags: list.length > 0 ? list : undefined,
        source: source.trim() || undefined,
        supersedes,
      })
      if (passages[0]?.duplicate) desk.say('This passage was there already; its tags were merged.')
      else if (similar[0]) desk.say(`Stored. A similar one is there: “${similar[0].text}”`)
      else desk.say('Stored.')
      onDone()
    } catch (error) {
      desk.complain(error)
    }
  }
  const id = supersedes ?? 'new'
  return (
    <Card title={supersedes ? 'A newer version of this passage' : 'New passage'}>
      <Field id={`text-${id}`} label="Text">
        <textarea
          id={`text-${id}`}
          rows={4}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </Field>
      <div class="two">
        <Field id={`tags-${id}`} label="Tags" hint="Separated by commas.">
          <input
            id={`tags-${id}`}
            value={tags}
            onInput={(event) => setTags(event.currentTarget.value)}
          />
        </Field>
        <Field
          id={`source-${id}`}
          label="Source"
          hint="A document or conversation; its passages are neighbours."
        >
          <input
            id={`source-${id}`}
            value={source}
            onInput={(event) => setSource(event.currentTarget.value)}
          />
        </Field>
      </div>
      <div class="row">
        <Button tone="main" onClick={insert} disabled={text.trim() === ''}>
          Store
        </Button>
        <Button onClick={onDone}>Cancel</Button>
      </div>
    </Card>
  )
}
