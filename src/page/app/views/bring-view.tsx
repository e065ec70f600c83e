import { useDesk } from '../desk/desk.ts'
import { Card } from '../ui/parts.tsx'
import { ImportFile } from './import-file.tsx'

export function BringView() {
  const desk = useDesk()
  return (
    <div class="page narrow">
      <h1>Bring things in</h1>
      {desk.can('import_agent') && (
        <Card title="Agent files">
          <ImportFile />
        </Card>
      )}
    </div>
  )
}
