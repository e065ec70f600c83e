import { useState } from 'preact/hooks'
import { useAgents } from '../../desk/agents.ts'
import { useDesk } from '../../desk/desk.ts'
import { exampleArguments } from '../../desk/tools.ts'
import type { Trial } from '../../mcp/tool-shapes.ts'
import { Diff, readDiff } from '../../ui/diff.tsx'
import { duration, laidOut } from '../../ui/format.ts'
import { Button, Card, Field } from '../../ui/parts.tsx'
import { Pre } from '../../ui/pre.tsx'

interface TryToolProps {
  /** A stored tool, or a source that is not stored yet. */
  readonly subject: {
    readonly tool?: string
    readonly source?: string
    readonly language?: string | undefined
  }
  readonly parameters: string | undefined
}

const OUTCOMES = {
  success: 'It returned',
  error: 'It failed',
  timeout: 'It took too long',
} as const

/** Runs a tool once, by itself, and shows what it returned, printed and would change. */
export function TryTool({ subject, parameters }: TryToolProps) {
  const desk = useDesk()
  const [given, setGiven] = useState<string | undefined>()
  const [agent, setAgent] = useState('')
  const [commits, setCommits] = useState(false)
  const [trial, setTrial] = useState<Trial | undefined>()
  const [isBusy, setBusy] = useState(false)
  const agents = useAgents('').value?.agents ?? []
  const args = given ?? (parameters === undefined ? '{}' : exampleArguments(parameters))
  if (!desk.can('run_tool')) return null
  const run = async () => {
    setBusy(true)
    try {
      const asked = {
        ...subject,
        arguments: args,
        agent: agent || undefined,
        commit: commits && agent !== '',
      }
      setTrial(await desk.call<Trial>('run_tool', asked))
    } catch (error) {
      setTrial(undefined)
      desk.complain(error)
    }
    setBusy(false)
  }
  return (
    <Card title="Try it by itself">
      <div class="two">
        <Field id="trial-arguments" label="Arguments, as JSON">
          <textarea
            id="trial-arguments"
            class="mono"
            rows={4}
            spellcheck={false}
            value={args}
            onInput={(event) => setGiven(event.currentTarget.value)}
          />
        </Field>
        <Field
          id="trial-agent"
          label="With the memory of"
          hint="Name or id of an agent; may be empty."
        >
          <input
            id="trial-agent"
            list="trial-agents"
            value={agent}
            onInput={(event) => setAgent(event.currentTarget.value)}
          />
          <datalist id="trial-agents">
            {agents.map(({ id, name }) => (
              <option key={id} value={name} />
            ))}
          </datalist>
        </Field>
      </div>
      <div class="row">
        <Button tone="main" onClick={run} disabled={isBusy || parameters === undefined}>
          {isBusy ? 'Running …' : 'Run it'}
        </Button>
        <label class="inline">
          <input
            type="checkbox"
            checked={commits}
            disabled={agent === ''}
            onChange={(event) => setCommits(event.currentTarget.checked)}
          />
          store what it changes
        </label>
      </div>
      {trial && <Outcome trial={trial} isStored={commits} />}
    </Card>
  )
}

function Outcome({ trial, isStored }: { readonly trial: Trial; readonly isStored: boolean }) {
  const { status, result, stdout, stderr, changes } = trial
  return (
    <section class="outcome" aria-label="Outcome" aria-live="polite">
      <h3>
        <span class={`state ${status === 'success' ? 'completed' : 'failed'}`}>
          {OUTCOMES[status]}
        </span>{' '}
        <span class="dim">after {duration(trial.duration_ms)}</span>
      </h3>
      <Pre label="Result" class={status === 'success' ? '' : 'bad'}>
        {laidOut(result)}
      </Pre>
      {stdout !== '' && (
        <>
          <h3>Printed</h3>
          <Pre label="Output">{stdout}</Pre>
        </>
      )}
      {stderr !== '' && (
        <>
          <h3>Printed as errors</h3>
          <Pre label="Errors">{stderr}</Pre>
        </>
      )}
      <h3>{isStored ? 'Changed' : 'Would change'}</h3>
      {changes.length === 0 && <p class="hint">Nothing.</p>}
      {changes.map(({ label, diff }) => (
        <div key={label}>
          <p class="mono">{label}</p>
          <Diff rows={readDiff(diff)} />
        </div>
      ))}
    </section>
  )
}
