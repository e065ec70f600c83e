import { useState } from 'preact/hooks'
import { useDesk } from '../desk/desk.ts'
import type { Agent } from '../mcp/shapes.ts'
import { exactly } from '../ui/format.ts'
import { Button, Card, Field } from '../ui/parts.tsx'
import { DeleteAgent } from './delete-agent.tsx'
import { SleeptimeCard } from './sleeptime-card.tsx'

/** The settings of an agent, saved together. */
export function SettingsTab({ agent }: { readonly agent: Agent }) {
  const desk = useDesk()
  const [draft, setDraft] = useState<Readonly<Record<string, string>>>({})
  const now: Readonly<Record<string, string>> = {
    name: agent.name,
    description: agent.description,
    model: agent.model ?? '',
    embedding: agent.embedding ?? '',
    tags: agent.tags.join(', '),
    system: agent.system,
  }
  const changed = Object.entries(draft).filter(([name, value]) => value !== now[name])
  const isReadOnly = !desk.can('update_agent')
  const bind = (name: string) => ({
    id: name,
    value: draft[name] ?? now[name] ?? '',
    readOnly: isReadOnly,
    onInput: (event: { currentTarget: { value: string } }) =>
      setDraft({ ...draft, [name]: event.currentTarget.value }),
  })
  const save = async () => {
    const changes = changed.map(([name, value]) => [name, LISTS.has(name) ? listOf(value) : value])
    try {
      await desk.call('update_agent', { agent: agent.id, ...Object.fromEntries(changes) })
      setDraft({})
      desk.say('Saved.')
    } catch (error) {
      desk.complain(error)
    }
  }
  return (
    <div class="page narrow">
      <Card title="Agent">
        <Field id="name" label="Name">
          <input {...bind('name')} />
        </Field>
        <Field id="description" label="Purpose" hint="For people; the agent does not see it.">
          <input {...bind('description')} />
        </Field>
        <div class="two">
          <Field id="model" label="Model" hint="As provider/model. Empty: the server's default.">
            <input {...bind('model')} />
          </Field>
          <Field
            id="embedding"
            label="Embedding model"
            hint="After a change its whole archive is embedded again."
          >
            <input {...bind('embedding')} />
          </Field>
        </div>
        <Field id="tags" label="Tags" hint="Separated by commas.">
          <input {...bind('tags')} />
        </Field>
        <Field id="system" label="System prompt" hint="Empty: the standard prompt of its type.">
          <textarea rows={10} {...bind('system')} />
        </Field>
        {!isReadOnly && (
          <div class="row">
            <Button tone="main" onClick={save} disabled={changed.length === 0}>
              Save
            </Button>
            <Button onClick={() => setDraft({})} disabled={changed.length === 0}>
              Undo
            </Button>
          </div>
        )}
      </Card>
      {desk.can('configure_sleeptime') && <SleeptimeCard agent={agent} />}
      <p class="dim">
        {agent.agent_type} · made {exactly(agent.created_at)} · {agent.id}
      </p>
      {desk.can('delete_agent') && <DeleteAgent agent={agent} />}
    </div>
  )
}

const LISTS: ReadonlySet<string> = new Set(['tags'])

function listOf(text: string): readonly string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}
