import { createHash } from 'node:crypto'
import { z } from 'zod'
import { isRecord } from '../../core/is-record.ts'
import type { AgentFile } from '../format/agent-file.ts'
import type { Bundle } from '../format/bundle.ts'
import { checkShared } from '../format/check-shared.ts'
import { parseAgentFile, parsePart } from '../format/read-file.ts'
import { toolsIn } from '../format/read-file-tool.ts'
import { toBundledGroup } from '../format/read-team.ts'
import { type TeamGroup, teamGroup } from '../format/team-file.ts'

/*
 * The layout of Letta has no place for archives, the history outside of the context, versions of blocks and more. Our
 * exports carry the whole agents beside it, with a digest of the rest. If the rest was edited by hand, the import follows
 * the edit.
 */

const Supplement = z.object({
  version: z.literal(1, 'expected 1; import the file with the Recollect that wrote it'),
  digest: z.string(),
  agents: z.array(z.looseObject({ agent: z.looseObject({}) })),
  /** The agents are a team: its manager, then its members. */
  group: teamGroup.optional(),
})

/** Whole agents without their names, which stand in the file already. */
export function toSupplement(
  file: Readonly<Record<string, unknown>>,
  agents: readonly AgentFile[],
  group: TeamGroup | undefined,
) {
  const whole = agents.map(({ exported_at: _, agent: { name: __, ...agent }, ...rest }) => ({
    ...rest,
    agent,
  }))
  return { version: 1, digest: digestOf(file), agents: whole, ...(group && { group }) }
}

/** The bundle with what the supplement has. If the file was changed after it was written, only archives are taken. */
export function readSupplement(file: Readonly<Record<string, unknown>>, bundle: Bundle): Bundle {
  const { digest, agents, group } = parsePart(Supplement, file.recollect, 'recollect')
  const names = bundle.agents.map(({ agent }) => agent.name)
  const whole = agents.map((one, index) =>
    parseAgentFile({
      ...one,
      exported_at: new Date(0).toISOString(),
      agent: { ...one.agent, name: names[index] ?? 'agent' },
    }),
  )
  checkShared(whole)
  const fits = whole.length === bundle.agents.length
  if (!fits || digest !== digestOf(file)) {
    const warning =
      'The file was changed after Recollect wrote it, so it was read as Letta would read it: versions of blocks and messages outside of the context are not in it.'
    return {
      ...bundle,
      agents: bundle.agents.map((agent, index) => {
        const archives = fits ? whole[index]?.archives : undefined
        return archives ? { ...agent, archives } : agent
      }),
      warnings: [...bundle.warnings, warning],
    }
  }
  return {
    ...bundle,
    agents: whole,
    groups: group ? [toBundledGroup(group, whole)] : bundle.groups,
    // Those of earlier versions have no tools.
    tools: whole.some((one) => one.tools) ? toolsIn(whole) : bundle.tools,
    // Fields that the layout has no place for were kept.
    warnings: [],
  }
}

/** Names of agents, and when and by whom it was written, may change. */
function digestOf({
  recollect: _,
  created_at: __,
  metadata: ___,
  agents,
  ...rest
}: Readonly<Record<string, unknown>>): string {
  const unnamed = Array.isArray(agents)
    ? agents.map((agent: unknown) => (isRecord(agent) ? { ...agent, name: undefined } : agent))
    : agents
  const text = JSON.stringify(sorted({ ...rest, agents: unnamed }))
  return createHash('sha256').update(text).digest('hex')
}

/** Other programs write fields in another order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (!isRecord(value)) return value
  const fields = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1))
  return Object.fromEntries(fields.map(([name, field]) => [name, sorted(field)]))
}
