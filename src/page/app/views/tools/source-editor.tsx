import { type Checked, type Property, readSchema } from '../../desk/tools.ts'
import { Waiting } from '../../ui/parts.tsx'

interface SourceEditorProps {
  readonly source: string
  readonly checked: Checked
  readonly isReadOnly?: boolean
  readonly onSource: (source: string) => void
}

const INDENT = '    '

/** The source on one side, and on the other what the model would see of it. */
export function SourceEditor({ source, checked, isReadOnly, onSource }: SourceEditorProps) {
  return (
    <div class="tool-editor">
      <textarea
        class="source mono"
        aria-label="Source of the tool"
        aria-describedby="source-keys"
        aria-invalid={checked.problem !== undefined}
        spellcheck={false}
        autocapitalize="off"
        rows={Math.min(26, Math.max(10, source.split('\n').length + 1))}
        readOnly={isReadOnly}
        value={source}
        onInput={(event) => onSource(event.currentTarget.value)}
        onKeyDown={(event) => {
          // Tab alone must go on to the next control.
          if (event.key !== ']' || !(event.ctrlKey || event.metaKey) || isReadOnly) return
          event.preventDefault()
          const { selectionStart: from, selectionEnd: to } = event.currentTarget
          event.currentTarget.setRangeText(INDENT, from, to, 'end')
          onSource(event.currentTarget.value)
        }}
      />
      <div class="schema" aria-live="polite">
        <Schema checked={checked} />
      </div>
      <p id="source-keys" class="hint">
        {!isReadOnly && (
          <>
            <kbd>Ctrl ]</kbd> indents.{' '}
          </>
        )}
        <code>agent_state</code> and <code>client</code> are filled in by the server.
      </p>
    </div>
  )
}

function Schema({ checked: { tool, problem, isOld } }: { readonly checked: Checked }) {
  if (problem !== undefined) return <p class="problem-line">{problem}</p>
  if (tool === undefined) {
    return isOld ? (
      <Waiting>Reading the source …</Waiting>
    ) : (
      <p class="hint">Write a function; what the model sees of it appears here.</p>
    )
  }
  const { properties = {}, required = [] } = readSchema(tool.parameters)
  const names = Object.keys(properties)
  return (
    <>
      <h3>What the model sees</h3>
      <p class="mono tool-signature">
        {tool.name}({names.join(', ')})
      </p>
      <p class="text">{tool.description}</p>
      {names.length === 0 && <p class="hint">It takes no arguments.</p>}
      <dl class="parameters">
        {names.map((name) => (
          <div key={name}>
            <dt>
              <span class="mono">{name}</span>{' '}
              <span class="dim">
                {typeOf(properties[name])}
                {!required.includes(name) && ', optional'}
              </span>
            </dt>
            <dd>{properties[name]?.description}</dd>
          </div>
        ))}
      </dl>
      <details>
        <summary>As JSON Schema</summary>
        <p class="text mono">{JSON.stringify(readSchema(tool.parameters), null, 2)}</p>
      </details>
    </>
  )
}

function typeOf(property: Property | undefined): string {
  if (property?.enum) return property.enum.map((each) => JSON.stringify(each)).join(' or ')
  if (property?.type === 'array') return `list of ${typeOf(property.items)}`
  return property?.type ?? 'anything'
}
