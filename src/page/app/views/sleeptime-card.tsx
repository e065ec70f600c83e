import { useState } from 'preact/hooks'
import { useDesk } from '../desk/desk.ts'
import { writeRoute } from '../desk/route.ts'
import type { Agent } from '../mcp/shapes.ts'
import { counted } from '../ui/format.ts'
import { Button, Card, Field } from '../ui/parts.tsx'

/** The companion that tidies an agent's memory after every few turns. */
export function SleeptimeCard({ agent }: { readonly agent: Agent }) {
  const desk = useDesk()
  const { sleeptime } = agent
  const [turns, setTurns] = useState(String(sleeptime?.every_turns ?? 5))
  const set = async (enabled: boolean) => {
    try {
      const asked = { agent: agent.id, enabled, every_turns: Number(turns) }
      await desk.call('configure_sleeptime', asked)
    } catch (error) {
      desk.complain(error)
    }
  }
  const isOn = sleeptime?.enabled === true
  return (
    <Card title="Sleep-time">
      <p>
        {isOn
          ? `On: after every ${counted(sleeptime.every_turns, 'turn')} a companion reads what was said and tidies the memory.`
          : 'Off. A companion can tidy the memory after every few turns; it never delays a reply, and it costs tokens.'}
        {sleeptime?.agent_id && (
          <>
            {' '}
            <a href={writeRoute({ kind: 'agent', id: sleeptime.agent_id, tab: 'runs' })}>
              Its runs
            </a>
          </>
        )}
      </p>
      <div class="row">
        <Field id="sleeptime-turns" label="After how many turns">
          <input
            id="sleeptime-turns"
            type="number"
            min={1}
            value={turns}
            onInput={(event) => setTurns(event.currentTarget.value)}
          />
        </Field>
        <Button
          onClick={() => set(true)}
          disabled={isOn && turns === String(sleeptime.every_turns)}
        >
          {isOn ? 'Change' : 'Turn on'}
        </Button>
        {isOn && <Button onClick={() => set(false)}>Turn off</Button>}
      </div>
    </Card>
  )
}
