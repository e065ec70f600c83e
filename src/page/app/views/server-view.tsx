import { useDesk } from '../desk/desk.ts'
import { RUNS } from '../desk/uris.ts'
import { useLoaded } from '../desk/use-loaded.ts'
import { bytes, count, counted, words } from '../ui/format.ts'
import { Button, Card, Chip, Problem, Waiting } from '../ui/parts.tsx'

interface Stats {
  readonly agents: number
  readonly blocks: number
  readonly messages: number
  readonly passages: number
  readonly passages_superseded: number
  readonly passages_found: number
  readonly runs: Readonly<Record<string, number>>
  readonly embeddings?: readonly {
    readonly model: string
    readonly dimension?: number
    readonly embedded: number
    readonly waiting: number
    readonly given_up: number
    readonly problem?: string
  }[]
  readonly vector_index_bytes?: number
  readonly database_bytes?: number
  readonly schema_version: number
  readonly tokens?: { readonly prompt: number; readonly completion: number }
}

interface Models {
  readonly default_model?: string
  readonly reason?: string
  readonly providers: readonly {
    readonly name: string
    readonly reachable: boolean
    readonly models?: number
  }[]
  readonly models: readonly string[]
  readonly learned: readonly { readonly model: string; readonly abilities: readonly string[] }[]
  readonly next_cursor?: string
}

interface Health {
  readonly status: string
  readonly version: string
  readonly schema_version?: number
  readonly database?: string
}

/** The server itself: models, what was learnt of them, embeddings, data and health. */
export function ServerView() {
  const desk = useDesk()
  return (
    <div class="page">
      <h1>Server</h1>
      <div class="two wide">
        <HealthCard />
        {desk.can('stats') && <DataCard />}
      </div>
      {desk.can('list_models') && <ModelsCard />}
    </div>
  )
}

function HealthCard() {
  const { value, problem, reload } = useLoaded('health', [], async () => {
    const response = await fetch('/health', { cache: 'no-store' })
    return (await response.json()) as Health
  })
  const desk = useDesk()
  return (
    <Card title="Health" aside={<Button onClick={reload}>Look again</Button>}>
      {problem && <Problem text={problem} />}
      {value && (
        <dl class="facts">
          <Fact name="Status" value={value.status} />
          <Fact name="Version" value={value.version} />
          <Fact name="Database" value={value.database ?? 'no answer'} />
          {value.schema_version !== undefined && (
            <Fact name="Schema" value={String(value.schema_version)} />
          )}
          <Fact name="This page" value={desk.connection.value === 'live' ? 'live' : 'connecting'} />
        </dl>
      )}
    </Card>
  )
}

function DataCard() {
  const desk = useDesk()
  const { value, problem, reload } = useLoaded('stats', ['recollect://agents', RUNS], () =>
    desk.call<Stats>('stats'),
  )
  return (
    <Card title="Data">
      {problem && <Problem text={problem} onRetry={reload} />}
      {!value && !problem && <Waiting>Counting …</Waiting>}
      {value && (
        <>
          <dl class="facts">
            <Fact name="Agents" value={count(value.agents)} />
            <Fact name="Memory blocks" value={count(value.blocks)} />
            <Fact name="Messages" value={count(value.messages)} />
            <Fact name="Passages" value={count(value.passages)} />
            <Fact name="Passages found by agents" value={count(value.passages_found)} />
            <Fact name="Passages superseded" value={count(value.passages_superseded)} />
            {Object.entries(value.runs).map(([status, number]) => (
              <Fact key={status} name={`Runs ${words(status)}`} value={count(number)} />
            ))}
            {value.database_bytes !== undefined && (
              <Fact name="On disk" value={bytes(value.database_bytes)} />
            )}
            {value.vector_index_bytes !== undefined && (
              <Fact name="Vectors in memory" value={bytes(value.vector_index_bytes)} />
            )}
          </dl>
          <h3>Embeddings</h3>
          {(value.embeddings ?? []).length === 0 && (
            <p class="hint">
              None: search is by words. Set RECOLLECT_EMBEDDING to search by meaning, too.
            </p>
          )}
          {value.embeddings?.map((each) => (
            <p key={each.model}>
              <Chip>{each.model}</Chip> {count(each.embedded)} embedded, {count(each.waiting)}{' '}
              waiting, {count(each.given_up)} given up
              {each.problem && <span class="problem-line">{each.problem}</span>}
            </p>
          ))}
        </>
      )}
    </Card>
  )
}

function ModelsCard() {
  const desk = useDesk()
  const { value, problem, reload } = useLoaded('server models', [], () =>
    desk.call<Models>('list_models', { limit: 100 }),
  )
  return (
    <Card title="Models" aside={<Button onClick={reload}>Ask the providers again</Button>}>
      {problem && <Problem text={problem} onRetry={reload} />}
      {!value && !problem && <Waiting>Asking the providers …</Waiting>}
      {value && (
        <>
          <p>
            Agents that name no model use <strong>{value.default_model ?? 'none'}</strong>
            {value.reason && ` (${value.reason})`}.
          </p>
          <ul class="providers">
            {value.providers.map(({ name, reachable, models }) => (
              <li key={name}>
                <Chip tone={reachable ? 'good' : 'bad'}>{name}</Chip>{' '}
                {reachable ? `answers with ${counted(models ?? 0, 'model')}` : 'does not answer'}
              </li>
            ))}
          </ul>
          {value.models.length > 0 && (
            <details>
              <summary>
                {value.next_cursor
                  ? `The first ${count(value.models.length)} models`
                  : 'All models'}
              </summary>
              <p class="text mono">{value.models.join('\n')}</p>
            </details>
          )}
          <h3>What was learnt of them</h3>
          {value.learned.length === 0 ? (
            <p class="hint">
              Nothing yet. When a provider refuses part of a request, the server remembers and
              leaves it out from then on.
            </p>
          ) : (
            value.learned.map(({ model, abilities }) => (
              <div key={model}>
                <Chip>{model}</Chip>
                <ul>
                  {abilities.map((each) => (
                    <li key={each}>{each}</li>
                  ))}
                </ul>
              </div>
            ))
          )}
        </>
      )}
    </Card>
  )
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  )
}
