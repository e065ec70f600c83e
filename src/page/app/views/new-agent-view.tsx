import { useRef, useState } from 'preact/hooks'
import { useDesk } from '../desk/desk.ts'
import { useLoaded } from '../desk/use-loaded.ts'
import type { Agent } from '../mcp/shapes.ts'
import { Button, Card, Field } from '../ui/parts.tsx'
import { ImportFile } from './bring/import-file.tsx'
import { TEMPLATES } from './templates.ts'

const TYPES = [
  [
    'memgpt_agent',
    'MemGPT',
    'Everything it does is a tool call, speaking included; it asks for each further step.',
  ],
  ['letta_v1_agent', 'Letta v1', 'It calls tools until it is done, then answers in plain text.'],
] as const

interface Models {
  readonly models: readonly string[]
  readonly default_model?: string
}

/** Creates an agent from a template, from nothing or from a file. */
export function NewAgentView() {
  const desk = useDesk()
  const [fields, setFields] = useState({
    name: '',
    description: '',
    persona: '',
    human: '',
    model: '',
    agent_type: 'memgpt_agent',
  })
  const [template, setTemplate] = useState('')
  const [isBusy, setBusy] = useState(false)
  const nameInput = useRef<HTMLInputElement>(null)
  const models = useLoaded('models', [], () =>
    desk.can('list_models')
      ? desk.call<Models>('list_models', {
          limit: 50,
        })
      : Promise.resolve<Models>({ models: [] }),
  )

  const set = (name: keyof typeof fields) => (event: { currentTarget: { value: string } }) =>
    setFields({ ...fields, [name]: event.currentTarget.value })
  const choose = (key: string) => {
    const found = TEMPLATES.find((each) => each.key === key)
    setTemplate(key)
    if (!found) return
    const { persona, human, description } = found
    setFields({ ...fields, persona, human, description })
    nameInput.current?.focus()
  }
  const create = async () => {
    setBusy(true)
    try {
      const given = Object.entries(fields).filter(([, value]) => value.trim() !== '')
      const args = Object.fromEntries(given)
      const { agent } = await desk.call<{ agent: Agent }>('create_agent', args)
      desk.go({ kind: 'agent', id: agent.id, tab: 'chat' })
    } catch (error) {
      desk.complain(error)
      setBusy(false)
    }
  }

  return (
    <div class="page narrow">
      <h1>New agent</h1>
      <Card title="Begin with">
        <section class="templates" aria-label="Templates">
          {TEMPLATES.map(({ key, name, about }) => (
            <button
              type="button"
              key={key}
              class="template"
              aria-pressed={template === key}
              onClick={() => choose(key)}
            >
              <strong>{name}</strong>
              <span class="dim">{about}</span>
            </button>
          ))}
        </section>
      </Card>
      <Card title="The agent">
        <Field id="name" label="Name" hint="Leave it empty, and the server makes one up.">
          <input id="name" ref={nameInput} value={fields.name} onInput={set('name')} />
        </Field>
        <Field id="description" label="Purpose" hint="For people; the agent does not see it.">
          <input id="description" value={fields.description} onInput={set('description')} />
        </Field>
        <Field
          id="persona"
          label="Persona"
          hint="A memory block: who it is and how it speaks. The agent may edit it."
        >
          <textarea id="persona" rows={4} value={fields.persona} onInput={set('persona')} />
        </Field>
        <Field
          id="human"
          label="Human"
          hint="A memory block: what it knows of its user. It fills this itself."
        >
          <textarea id="human" rows={2} value={fields.human} onInput={set('human')} />
        </Field>
        <div class="two">
          <Field
            id="model"
            label="Model"
            hint={
              models.value?.default_model
                ? `As provider/model. Empty: the server's default, now ${models.value.default_model}.`
                : "As provider/model. Empty: the server's default."
            }
          >
            <input id="model" list="models" value={fields.model} onInput={set('model')} />
            <datalist id="models">
              {models.value?.models.map((model) => (
                <option key={model} value={model} />
              ))}
            </datalist>
          </Field>
          <Field
            id="type"
            label="Type"
            hint={TYPES.find(([value]) => value === fields.agent_type)?.[2]}
          >
            <select id="type" value={fields.agent_type} onChange={set('agent_type')}>
              {TYPES.map(([value, name]) => (
                <option key={value} value={value}>
                  {name}
                </option>
              ))}
            </select>
          </Field>
        </div>
        <div class="row">
          <Button tone="main" onClick={create} disabled={isBusy}>
            {isBusy ? 'Creating …' : 'Create'}
          </Button>
        </div>
      </Card>
      {desk.can('import_agent') && (
        <Card title="Or from a file">
          <ImportFile />
        </Card>
      )}
    </div>
  )
}
