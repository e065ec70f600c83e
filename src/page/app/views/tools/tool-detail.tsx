import { useState } from 'preact/hooks'
import { useDesk } from '../../desk/desk.ts'
import { writeRoute } from '../../desk/route.ts'
import { type Checked, useCheckedSource, useTool } from '../../desk/tools.ts'
import { isConflict } from '../../mcp/errors.ts'
import type { WholeTool } from '../../mcp/tool-shapes.ts'
import { Diff } from '../../ui/diff.tsx'
import { diffLines } from '../../ui/line-diff.ts'
import { Button, Chip, Problem, Time, Waiting } from '../../ui/parts.tsx'
import { AttachTo } from './attach-to.tsx'
import { DeleteTool } from './delete-tool.tsx'
import { argumentsOf, Rights, rightsOf, type ToolRights } from './rights.tsx'
import { SourceEditor } from './source-editor.tsx'
import { ToolHistory } from './tool-history.tsx'
import { TryTool } from './try-tool.tsx'

export function ToolDetail({ id }: { readonly id: string }) {
  const { value: tool, problem, reload } = useTool(id)
  return (
    <section class="split-detail" aria-label="Tool">
      <a class="back" href={writeRoute({ kind: 'tools' })}>
        All tools
      </a>
      {problem && <Problem text={problem} onRetry={reload} />}
      {!tool && !problem && <Waiting>Reading the tool …</Waiting>}
      {tool && (tool.source === undefined || tool.language === 'mcp') && <FixedTool tool={tool} />}
      {tool?.source !== undefined && tool.language !== 'mcp' && (
        <StoredTool tool={{ ...tool, source: tool.source }} />
      )}
    </section>
  )
}

/** A built-in tool, or one of a tool server: it is given to agents, not edited. */
function FixedTool({ tool }: { readonly tool: WholeTool }) {
  const checked: Checked = { tool, problem: undefined, isOld: false }
  return (
    <>
      <Head tool={tool} />
      <SourceEditor source="" checked={checked} isReadOnly onSource={() => undefined} />
      <AttachTo tool={tool} />
    </>
  )
}

function Head({ tool }: { readonly tool: WholeTool }) {
  return (
    <div class="row">
      <h2 class="mono">{tool.name}</h2>
      <Chip>{tool.language === 'builtin' ? 'built in' : tool.language}</Chip>
      {tool.updated_at && (
        <span class="dim tool-version">
          Version {tool.version} · <Time at={tool.updated_at} /> · by {tool.author}
        </span>
      )}
    </div>
  )
}

/** A draft, and the version of the tool that it was made from. */
interface Draft {
  readonly source: string
  readonly rights: ToolRights
  readonly version: number
}

type Sourced = WholeTool & { readonly source: string }

function StoredTool({ tool: arrived }: { readonly tool: Sourced }) {
  const desk = useDesk()
  const [saved, setSaved] = useState<Sourced | undefined>()
  // A saved version is the newest one until it comes back.
  const tool = saved !== undefined && saved.version > arrived.version ? saved : arrived
  const { source } = tool
  const [draft, setDraft] = useState<Draft | undefined>()
  const [isBusy, setBusy] = useState(false)
  const now = { source, rights: rightsOf(tool), version: tool.version }
  const shown = draft ?? now
  const checked = useCheckedSource(shown.source, tool.language)
  const changes = {
    ...(shown.source !== source && { source: shown.source }),
    ...argumentsOf(shown.rights, now.rights),
  }
  const isDirty = Object.keys(changes).length > 0
  const isOvertaken = isDirty && shown.version !== tool.version
  const isReadOnly = !desk.can('update_tool')
  const save = async (version: number) => {
    setBusy(true)
    try {
      const asked = { tool: tool.id, ...changes, expected_version: version }
      const answer = await desk.call<{ tool: WholeTool }>('update_tool', asked)
      setSaved({ ...answer.tool, source: shown.source })
      setDraft(undefined)
      desk.say(`${tool.name} was saved.`)
    } catch (error) {
      // The newer version arrives by itself, and the draft stays.
      if (!isConflict(error)) desk.complain(error)
    }
    setBusy(false)
  }
  return (
    <>
      <Head tool={tool} />
      <SourceEditor
        source={shown.source}
        checked={checked}
        isReadOnly={isReadOnly}
        onSource={(text) => setDraft({ ...shown, source: text })}
      />
      <Rights
        rights={shown.rights}
        isReadOnly={isReadOnly}
        onRights={(rights) => setDraft({ ...shown, rights })}
      />
      {isOvertaken && (
        <section class="conflict" role="alert" aria-label={`Conflict in ${tool.name}`}>
          <p>
            Somebody else changed the tool while you edited it: it is version {tool.version} now.
            Saving yours would change it like this:
          </p>
          <Diff rows={diffLines(source, shown.source)} />
          <div class="row">
            <Button tone="main" disabled={isBusy} onClick={() => save(tool.version)}>
              Save mine over it
            </Button>
            <Button onClick={() => setDraft(undefined)}>Take theirs</Button>
          </div>
        </section>
      )}
      {isDirty && !isOvertaken && (
        <div class="row">
          <Button
            tone="main"
            disabled={isBusy || checked.isOld || checked.tool === undefined}
            onClick={() => save(shown.version)}
          >
            Save
          </Button>
          <Button disabled={isBusy} onClick={() => setDraft(undefined)}>
            Undo
          </Button>
          <span class="dim">Agents that have it need approval again, by attaching it.</span>
        </div>
      )}
      <TryTool
        subject={
          shown.source === source
            ? { tool: tool.id }
            : { source: shown.source, language: tool.language }
        }
        parameters={checked.tool?.parameters}
      />
      <AttachTo tool={tool} />
      {desk.can('tool_history') && <ToolHistory tool={tool} />}
      {desk.can('delete_tool') && <DeleteTool tool={tool} />}
    </>
  )
}
