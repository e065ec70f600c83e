import type { WholeTool } from '../../mcp/tool-shapes.ts'
import { words } from '../../ui/format.ts'
import { Field } from '../../ui/parts.tsx'

/* Rights of a tool beyond computing, as its author sets them. */

export interface ToolRights {
  readonly requires_approval: boolean
  readonly network: string
  readonly secrets: string
  readonly capabilities: readonly string[]
  readonly timeout_seconds: string
  readonly tags: string
}

export const NO_RIGHTS: ToolRights = {
  requires_approval: false,
  network: '',
  secrets: '',
  capabilities: [],
  timeout_seconds: '30',
  tags: '',
}

const SCOPES = ['read', 'chat', 'write', 'admin'] as const
const LISTS = ['network', 'secrets', 'tags'] as const

export function rightsOf(tool: WholeTool): ToolRights {
  return {
    requires_approval: tool.requires_approval,
    network: (tool.network ?? []).join(', '),
    secrets: (tool.secrets ?? []).join(', '),
    capabilities: tool.capabilities ?? [],
    timeout_seconds: String(tool.timeout_seconds ?? 30),
    tags: (tool.tags ?? []).join(', '),
  }
}

/** Arguments of create_tool and update_tool for what differs. Pure. */
export function argumentsOf(rights: ToolRights, before: ToolRights) {
  const changed = (name: keyof ToolRights) => String(rights[name]) !== String(before[name])
  const lists = LISTS.filter(changed).map((name) => [name, listOf(rights[name])])
  return {
    ...Object.fromEntries(lists),
    ...(changed('requires_approval') && { requires_approval: rights.requires_approval }),
    ...(changed('capabilities') && { capabilities: rights.capabilities }),
    ...(changed('timeout_seconds') && { timeout_seconds: Number(rights.timeout_seconds) }),
  }
}

interface RightsProps {
  readonly rights: ToolRights
  readonly isReadOnly?: boolean
  readonly onRights: (rights: ToolRights) => void
}

export function Rights({ rights, isReadOnly, onRights }: RightsProps) {
  const bind = (name: (typeof LISTS)[number] | 'timeout_seconds') => ({
    id: `tool-${name}`,
    value: rights[name],
    readOnly: isReadOnly,
    onInput: (event: { currentTarget: { value: string } }) =>
      onRights({ ...rights, [name]: event.currentTarget.value }),
  })
  const allow = (scope: string, isAllowed: boolean) => {
    const others = rights.capabilities.filter((each) => each !== scope)
    onRights({ ...rights, capabilities: isAllowed ? [...others, scope] : others })
  }
  return (
    <details class="rights">
      <summary>What it may do: {summaryOf(rights)}</summary>
      <label class="inline">
        <input
          type="checkbox"
          checked={rights.requires_approval}
          disabled={isReadOnly}
          onChange={(event) =>
            onRights({ ...rights, requires_approval: event.currentTarget.checked })
          }
        />
        A person approves each call
      </label>
      <fieldset class="row">
        <legend>
          Through <code>client</code>, on other agents
        </legend>
        {SCOPES.map((scope) => (
          <label key={scope} class="inline">
            <input
              type="checkbox"
              checked={rights.capabilities.includes(scope)}
              disabled={isReadOnly}
              onChange={(event) => allow(scope, event.currentTarget.checked)}
            />
            {scope}
          </label>
        ))}
      </fieldset>
      <div class="two">
        <Field id="tool-network" label="Hosts it may reach" hint="Separated by commas.">
          <input {...bind('network')} />
        </Field>
        <Field
          id="tool-secrets"
          label="Secrets it may send"
          hint="Names of the operator's secrets."
        >
          <input {...bind('secrets')} />
        </Field>
        <Field id="tool-timeout_seconds" label="Seconds a call may take">
          <input type="number" min={1} max={300} {...bind('timeout_seconds')} />
        </Field>
        <Field id="tool-tags" label="Tags" hint="Separated by commas.">
          <input {...bind('tags')} />
        </Field>
      </div>
    </details>
  )
}

function summaryOf(rights: ToolRights): string {
  const parts = [
    ...(rights.requires_approval ? ['asks a person first'] : []),
    ...(rights.network.trim() ? ['reaches hosts'] : []),
    ...(rights.secrets.trim() ? ['uses secrets'] : []),
    ...rights.capabilities.map((scope) => `may ${words(scope)} other agents`),
  ]
  return parts.join(', ') || "only its own agent's memory"
}

function listOf(text: string): readonly string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}
