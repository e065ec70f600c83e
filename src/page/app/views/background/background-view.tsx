import { useDesk } from '../../desk/desk.ts'
import { Card } from '../../ui/parts.tsx'
import { GroupsCard } from './groups-card.tsx'
import { JobList } from './job-list.tsx'
import { RunForest } from './run-forest.tsx'
import { SchedulesCard } from './schedules-card.tsx'

/** Work of several agents, and work that nobody waits for. */
export function BackgroundView() {
  const desk = useDesk()
  return (
    <div class="page">
      <h1>Teams and background</h1>
      <div class="two wide">
        <div class="column">
          {desk.can('list_runs') && <RunForest />}
          {desk.can('list_jobs') && (
            <Card title="Jobs">
              <JobList />
            </Card>
          )}
        </div>
        <div class="column">
          {desk.can('list_groups') && <GroupsCard />}
          {desk.can('list_schedules') && <SchedulesCard />}
        </div>
      </div>
    </div>
  )
}
