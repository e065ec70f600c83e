import { useState } from 'preact/hooks'
import { useAgents } from '../../desk/agents.ts'
import { useDesk } from '../../desk/desk.ts'
import { messageOf } from '../../mcp/errors.ts'
import { bytes } from '../../ui/format.ts'
import { Button, Field } from '../../ui/parts.tsx'
import { DropZone } from './drop-zone.tsx'

/** The server takes 4 MiB a request, and base64 makes a file a third larger. */
const MAX_BYTES = 2.9 * 1024 * 1024

const TARGETS = [
  ['archive', 'Archive', 'Passages that it searches.'],
  ['conversation', 'Recall memory', 'An export of chats, as messages that it can search.'],
  ['blocks', 'Memory blocks', 'Each file becomes a block that it always sees.'],
] as const

/** Documents, conversations and notes for one agent; each file becomes a job. */
export function LoadFiles() {
  const desk = useDesk()
  const [agent, setAgent] = useState('')
  const [into, setInto] = useState('archive')
  const [isPlan, setPlan] = useState(false)
  const [url, setUrl] = useState('')
  const [problems, setProblems] = useState<readonly string[]>([])
  const [busy, setBusy] = useState('')
  const agents = useAgents(agent).value?.agents ?? []
  const isReady = desk.only !== undefined || agent.trim() !== ''

  const load = (what: object) =>
    desk.call('load', { agent: agent.trim(), into, dry_run: isPlan, ...what })
  const take = async (files: readonly File[]) => {
    if (!isReady) return setProblems(['Say first which agent it is for.'])
    const found: string[] = []
    for (const file of files) {
      setBusy(file.name)
      try {
        await loadFile(file)
      } catch (error) {
        found.push(`${file.name}: ${messageOf(error)}`)
      }
    }
    setBusy('')
    setProblems(found)
  }
  const loadFile = async (file: File) => {
    if (file.name.endsWith('.af')) throw new Error('This is an agent file. Drop it below.')
    if (file.size > MAX_BYTES) {
      throw new Error(
        `${bytes(file.size)} do not fit into one request. On the server's machine: recollect load ${file.name} --agent ${agent}`,
      )
    }
    await load({ data: await base64(file), name: file.name })
  }
  const loadPage = async () => {
    try {
      await load({ url: url.trim() })
      setUrl('')
    } catch (error) {
      setProblems([messageOf(error)])
    }
  }

  return (
    <>
      <div class="two">
        {desk.only === undefined && (
          <Field id="load-agent" label="For the agent">
            <input
              id="load-agent"
              list="load-agents"
              autocomplete="off"
              placeholder="Name or id"
              value={agent}
              onInput={(event) => setAgent(event.currentTarget.value)}
            />
            <datalist id="load-agents">
              {agents.map(({ id, name }) => (
                <option key={id} value={name} />
              ))}
            </datalist>
          </Field>
        )}
        <Field id="load-into" label="Into" hint={TARGETS.find(([value]) => value === into)?.[2]}>
          <select
            id="load-into"
            value={into}
            onChange={(event) => setInto(event.currentTarget.value)}
          >
            {TARGETS.map(([value, name]) => (
              <option key={value} value={value}>
                {name}
              </option>
            ))}
          </select>
        </Field>
      </div>
      <label class="inline">
        <input
          type="checkbox"
          checked={isPlan}
          onChange={(event) => setPlan(event.currentTarget.checked)}
        />
        only report what would be loaded
      </label>
      <DropZone label="Load files" accept="" busy={busy && `Sending ${busy} …`} onFiles={take}>
        Drop documents (Markdown, PDF, Word, HTML, CSV, JSON, code, zip), exports of conversations
        (ChatGPT, Claude, Letta) or of other memory stores here, or choose them. Loading the same
        file again stores nothing twice.
      </DropZone>
      {problems.map((problem) => (
        <p key={problem} class="problem-line" role="alert">
          {problem}
        </p>
      ))}
      <div class="row">
        <Field id="load-url" label="Or a web page">
          <input
            id="load-url"
            type="url"
            placeholder="https://"
            value={url}
            onInput={(event) => setUrl(event.currentTarget.value)}
          />
        </Field>
        <Button onClick={loadPage} disabled={!isReady || url.trim() === ''}>
          Load the page
        </Button>
      </div>
    </>
  )
}

/** Bytes per piece: a call with every byte of a large file as an argument is refused. */
const PIECE = 0x8000

async function base64(file: File): Promise<string> {
  const all = new Uint8Array(await file.arrayBuffer())
  let binary = ''
  for (let at = 0; at < all.length; at += PIECE) {
    binary += String.fromCharCode(...all.subarray(at, at + PIECE))
  }
  return btoa(binary)
}
