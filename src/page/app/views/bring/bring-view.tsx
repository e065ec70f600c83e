import { useDesk } from '../../desk/desk.ts'
import { Card } from '../../ui/parts.tsx'
import { JobList } from '../background/job-list.tsx'
import { ImportFile } from './import-file.tsx'
import { LoadFiles } from './load-files.tsx'

export function BringView() {
  const desk = useDesk()
  return (
    <div class="page">
      <h1>Bring things in</h1>
      <div class="two wide">
        <div class="column">
          {desk.can('load') && (
            <Card title="Documents and conversations">
              <LoadFiles />
            </Card>
          )}
          {desk.can('import_agent') && (
            <Card title="Agent files">
              <ImportFile />
            </Card>
          )}
        </div>
        {desk.can('list_jobs') && (
          <Card title="What was loaded">
            <JobList kind="load" />
          </Card>
        )}
      </div>
    </div>
  )
}
