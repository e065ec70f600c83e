import { useState } from 'preact/hooks'
import { useDesk } from '../../desk/desk.ts'
import { useNames } from '../../desk/names.ts'
import { writeRoute } from '../../desk/route.ts'
import { RUNS } from '../../desk/uris.ts'
import { useLoaded } from '../../desk/use-loaded.ts'
import type { Paged } from '../../mcp/shapes.ts'
import { Button, Card, Field, Problem, Time, Waiting } from '../../ui/parts.tsx'

interface Schedule {
  readonly schedule_id: string
  readonly agent_id: string
  readonly message: string
  readonly cron?: string
  readonly timezone: string
  readonly next_at?: string
  readonly last_at?: string
  readonly last_run_id?: string
  readonly problem?: string
}

/** Schedules shown at once; others stay in list_schedules. */
const SHOWN = 50

/** Messages that agents get at set times. */
export function SchedulesCard() {
  const desk = useDesk()
  const { value, problem, reload } = useLoaded('schedules', [RUNS, 'recollect://agents'], () =>
    desk.call<Paged & { schedules: readonly Schedule[] }>('list_schedules', { limit: SHOWN }),
  )
  const schedules = value?.schedules ?? []
  const names = useNames(schedules.map(({ agent_id }) => agent_id))
  const remove = async (schedule_id: string) => {
    await desk.call('delete_schedule', { schedule_id }).catch(desk.complain)
    reload()
  }
  return (
    <Card title="Schedules">
      {problem && <Problem text={problem} onRetry={reload} />}
      {!value && !problem && <Waiting>Reading the schedules …</Waiting>}
      {value && schedules.length === 0 && (
        <p class="hint">
          None. A schedule sends a message to an agent at a set time, once or repeatedly.
        </p>
      )}
      <ul class="waits">
        {schedules.map((each) => (
          <li key={each.schedule_id} class="row between">
            <ScheduleText schedule={each} name={names.get(each.agent_id)} />
            {desk.can('delete_schedule') && (
              <Button
                tone="quiet"
                aria-label={`Delete the schedule ${each.message}`}
                onClick={() => remove(each.schedule_id)}
              >
                Delete
              </Button>
            )}
          </li>
        ))}
      </ul>
      {desk.can('create_schedule') && <NewSchedule onMade={reload} />}
    </Card>
  )
}

interface TextProps {
  readonly schedule: Schedule
  readonly name: string | undefined
}

function ScheduleText({ schedule, name }: TextProps) {
  const { agent_id: id, message, cron, timezone, next_at: next, last_at: last } = schedule
  return (
    <span>
      <a href={writeRoute({ kind: 'agent', id, tab: 'chat' })}>{name ?? id}</a> “{message}”{' '}
      <span class="dim">
        {cron && (
          <>
            <code>{cron}</code> {timezone} ·{' '}
          </>
        )}
        {next ? (
          <>
            {cron ? 'next' : 'once,'} <Time at={next} />
          </>
        ) : (
          'over'
        )}
        {last && (
          <>
            {' '}
            · last <Time at={last} />
          </>
        )}
      </span>{' '}
      {schedule.last_run_id && (
        <a href={writeRoute({ kind: 'agent', id, tab: 'runs', detail: schedule.last_run_id })}>
          its run
        </a>
      )}
      {schedule.problem && <span class="problem-line"> {schedule.problem}</span>}
    </span>
  )
}

function NewSchedule({ onMade }: { readonly onMade: () => void }) {
  const desk = useDesk()
  const [agent, setAgent] = useState('')
  const [message, setMessage] = useState('')
  const [cron, setCron] = useState('')
  const [at, setAt] = useState('')
  const isWhole =
    agent.trim() !== '' && message.trim() !== '' && (cron.trim() === '') !== (at === '')
  const make = async () => {
    const when = at === '' ? { cron: cron.trim() } : { at: new Date(at).toISOString() }
    try {
      await desk.call('create_schedule', { agent: agent.trim(), message, ...when })
      setMessage('')
      onMade()
    } catch (error) {
      desk.complain(error)
    }
  }
  return (
    <details class="rights">
      <summary>New schedule</summary>
      <div class="two">
        <Field id="schedule-agent" label="Agent">
          <input
            id="schedule-agent"
            value={agent}
            onInput={(event) => setAgent(event.currentTarget.value)}
          />
        </Field>
        <Field id="schedule-message" label="Message">
          <input
            id="schedule-message"
            value={message}
            onInput={(event) => setMessage(event.currentTarget.value)}
          />
        </Field>
        <Field id="schedule-at" label="Once, at">
          <input
            id="schedule-at"
            type="datetime-local"
            value={at}
            onInput={(event) => setAt(event.currentTarget.value)}
          />
        </Field>
        <Field
          id="schedule-cron"
          label="Or repeatedly"
          hint="Minute, hour, day, month, weekday, such as 0 9 * * 1-5."
        >
          <input
            id="schedule-cron"
            class="mono"
            value={cron}
            onInput={(event) => setCron(event.currentTarget.value)}
          />
        </Field>
      </div>
      <Button onClick={make} disabled={!isWhole}>
        Create
      </Button>
    </details>
  )
}
