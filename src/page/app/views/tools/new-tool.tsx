import { useState } from 'preact/hooks'
import { useDesk } from '../../desk/desk.ts'
import { writeRoute } from '../../desk/route.ts'
import { useCheckedSource } from '../../desk/tools.ts'
import type { WholeTool } from '../../mcp/tool-shapes.ts'
import { Button } from '../../ui/parts.tsx'
import { argumentsOf, NO_RIGHTS, Rights } from './rights.tsx'
import { SourceEditor } from './source-editor.tsx'
import { EXAMPLES } from './tool-examples.ts'
import { TryTool } from './try-tool.tsx'

/** A tool that is written here: its schema appears as it is typed, and it can be tried before it is stored. */
export function NewTool() {
  const desk = useDesk()
  const [source, setSource] = useState<string>(EXAMPLES.python)
  const [language, setLanguage] = useState('')
  const [rights, setRights] = useState(NO_RIGHTS)
  const [isBusy, setBusy] = useState(false)
  const checked = useCheckedSource(source, language)
  const create = async () => {
    setBusy(true)
    try {
      const { tool } = await desk.call<{ tool: WholeTool }>('create_tool', {
        source,
        language: language || undefined,
        ...argumentsOf(rights, NO_RIGHTS),
      })
      desk.say(`${tool.name} was stored.`)
      desk.go({ kind: 'tools', detail: tool.id })
    } catch (error) {
      desk.complain(error)
      setBusy(false)
    }
  }
  return (
    <section class="split-detail" aria-label="New tool">
      <a class="back" href={writeRoute({ kind: 'tools' })}>
        All tools
      </a>
      <h2>New tool</h2>
      <div class="row">
        <label class="inline" for="tool-language">
          Language
        </label>
        <select
          id="tool-language"
          value={language}
          onChange={(event) => setLanguage(event.currentTarget.value)}
        >
          <option value="">detected from the source</option>
          <option value="python">Python</option>
          <option value="typescript">TypeScript</option>
        </select>
        <Button tone="quiet" onClick={() => setSource(EXAMPLES.python)}>
          Python example
        </Button>
        <Button tone="quiet" onClick={() => setSource(EXAMPLES.typescript)}>
          TypeScript example
        </Button>
      </div>
      <SourceEditor source={source} checked={checked} onSource={setSource} />
      <Rights rights={rights} onRights={setRights} />
      <div class="row">
        <Button
          tone="main"
          onClick={create}
          disabled={isBusy || checked.isOld || checked.tool === undefined}
        >
          {isBusy ? 'Storing …' : 'Store this tool'}
        </Button>
        <span class="dim">Storing does not run it.</span>
      </div>
      <TryTool
        subject={{ source, language: language || undefined }}
        parameters={checked.tool?.parameters}
      />
    </section>
  )
}
