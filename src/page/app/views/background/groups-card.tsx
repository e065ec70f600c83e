import { Fragment } from 'preact'
import { useDesk } from '../../desk/desk.ts'
import { writeRoute } from '../../desk/route.ts'
import { useLoaded } from '../../desk/use-loaded.ts'
import type { Paged } from '../../mcp/shapes.ts'
import { counted } from '../../ui/format.ts'
import { Button, Card, Problem, Waiting } from '../../ui/parts.tsx'

interface Member {
  readonly agent_id: string
  readonly name: string
}

interface Group {
  readonly group_id: string
  readonly name: string
  readonly manager: Member
  readonly members: readonly Member[]
  readonly max_turns: number
}

/** Groups shown at once; others stay in list_groups. */
const SHOWN = 50

export function GroupsCard() {
  const desk = useDesk()
  const { value, problem, reload } = useLoaded('groups', ['recollect://agents'], () =>
    desk.call<Paged & { groups: readonly Group[] }>('list_groups', { limit: SHOWN }),
  )
  const remove = async ({ group_id, name }: Group) => {
    try {
      await desk.call('delete_group', { group_id })
      reload()
      desk.say(`${name} was deleted; its agents stay.`)
    } catch (error) {
      desk.complain(error)
    }
  }
  return (
    <Card title="Groups">
      {problem && <Problem text={problem} onRetry={reload} />}
      {!value && !problem && <Waiting>Reading the groups …</Waiting>}
      {value?.groups.length === 0 && (
        <p class="hint">
          None. In a group one agent leads and hands work to the others. The tool{' '}
          <code>create_group</code> makes one.
        </p>
      )}
      <ul class="waits">
        {value?.groups.map((group) => (
          <li key={group.group_id} class="row between">
            <span>
              <strong>{group.name}</strong>: <AgentLink member={group.manager} />{' '}
              <span class="dim">leads</span>{' '}
              {group.members.map((member, index) => (
                <Fragment key={member.agent_id}>
                  {index > 0 && ', '}
                  <AgentLink member={member} />
                </Fragment>
              ))}{' '}
              <span class="dim">for at most {counted(group.max_turns, 'turn')}</span>
            </span>
            {desk.can('delete_group') && (
              <Button
                tone="quiet"
                aria-label={`Delete ${group.name}`}
                onClick={() => remove(group)}
              >
                Delete
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Card>
  )
}

function AgentLink({ member: { agent_id: id, name } }: { readonly member: Member }) {
  return <a href={writeRoute({ kind: 'agent', id, tab: 'chat' })}>{name}</a>
}
