import { useState } from 'preact/hooks'
import { useDesk } from '../../desk/desk.ts'
import { writeRoute } from '../../desk/route.ts'
import { messageOf } from '../../mcp/errors.ts'
import type { Agent } from '../../mcp/shapes.ts'
import { bytes } from '../../ui/format.ts'
import { Button } from '../../ui/parts.tsx'
import { DropZone } from './drop-zone.tsx'

/** The server takes 4 MiB a request; the JSON around the file needs some of it. */
const MAX_BYTES = 3.5 * 1024 * 1024

interface Imported {
  readonly name: string
  readonly agent?: Agent
  readonly warnings: readonly string[]
  readonly problem?: string
}

/** Agent files, chosen or dropped, each with a report of what was left out. */
export function ImportFile() {
  const desk = useDesk()
  const [busy, setBusy] = useState('')
  const [reports, setReports] = useState<readonly Imported[]>([])

  const take = async (files: readonly File[]) => {
    for (const file of files) {
      setBusy(file.name)
      const report = await importOne(file)
      setReports((all) => [report, ...all])
    }
    setBusy('')
  }
  const importOne = async (file: File): Promise<Imported> => {
    const failed = (problem: string) => ({ name: file.name, warnings: [], problem })
    if (file.size > MAX_BYTES) {
      return failed(
        `${bytes(file.size)} do not fit into one request. On the server's machine: recollect import ${file.name}`,
      )
    }
    try {
      const text = await file.text()
      const answer = await desk.call<{ agent: Agent; warnings?: readonly string[] }>(
        'import_agent',
        { text },
      )
      return { name: file.name, agent: answer.agent, warnings: answer.warnings ?? [] }
    } catch (error) {
      return failed(messageOf(error))
    }
  }

  return (
    <>
      <DropZone
        label="Import agent files"
        accept=".json,.af,application/json"
        busy={busy && `Importing ${busy} …`}
        onFiles={take}
      >
        Drop agent files here (<code>.json</code> of <code>recollect export</code> or{' '}
        <code>.af</code> of Letta), or choose them.
      </DropZone>
      {reports.map((report, index) => (
        <div key={index} class={report.problem ? 'report bad' : 'report'} role="status">
          <p>
            <strong>{report.name}</strong>{' '}
            {report.agent ? (
              <>
                is now the agent{' '}
                <a href={writeRoute({ kind: 'agent', id: report.agent.id, tab: 'chat' })}>
                  {report.agent.name}
                </a>
                .
              </>
            ) : (
              report.problem
            )}
          </p>
          {report.warnings.length > 0 && (
            <ul>
              {report.warnings.map((warning) => (
                <li key={warning}>{warning}</li>
              ))}
            </ul>
          )}
          {report.agent && report.warnings.length === 0 && (
            <p class="dim">Nothing of it was left out.</p>
          )}
        </div>
      ))}
      {reports.length > 0 && (
        <Button tone="quiet" onClick={() => setReports([])}>
          Clear the reports
        </Button>
      )}
    </>
  )
}
