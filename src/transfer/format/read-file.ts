import type { z } from 'zod'
import { type ErrorCode, UserError } from '../../core/errors.ts'
import { fieldPath } from '../../core/field-path.ts'
import { isRecord } from '../../core/is-record.ts'
import { limitError } from '../../core/limited.ts'
import { AgentFile, FileHead, FORMAT_VERSION } from './agent-file.ts'
import { checkFile } from './check-file.ts'
import { checkShared } from './check-shared.ts'
import { TEAM_FORMAT_VERSION, TeamFile, TeamHead } from './team-file.ts'

/** Parses JSON. A text that is JSON inside of JSON is read as well: some exports are. Throws a UserError. */
export function parseJson(text: string): unknown {
  // Windows editors put a byte order mark first, which is not JSON.
  const value = parsed(text.replace(/^\uFEFF/, ''))
  return typeof value === 'string' ? parsed(value) : value
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new UserError(
      'invalid_argument',
      'The text is not JSON, or not all of it; nothing was imported. Give the whole text that was exported, its pages joined in order without anything between them.',
    )
  }
}

/** An agent that Recollect exported. Throws UserError that says where it is invalid and what to do. */
export function readAgentFile(value: unknown): AgentFile {
  const head = FileHead.safeParse(value)
  if (!head.success) throw notAFile(value, head.error)
  if (head.data.version > FORMAT_VERSION) throw tooNew(head.data.version, FORMAT_VERSION)
  return parseAgentFile(value)
}

/** A group with its agents that Recollect exported; undefined: the value is something else. Throws UserError. */
export function readTeamFile(value: unknown): TeamFile | undefined {
  const head = TeamHead.safeParse(value)
  if (!head.success) return undefined
  if (head.data.version > TEAM_FORMAT_VERSION) throw tooNew(head.data.version, TEAM_FORMAT_VERSION)
  const file = parsePart(TeamFile, value, '')
  for (const agent of file.agents) checkFile(agent)
  checkShared(file.agents)
  return file
}

function tooNew(version: number, known: number): UserError {
  return new UserError(
    'unsupported',
    `The file has version ${version} of the format, and this Recollect reads up to ${known}; nothing was imported. Import it with the version of Recollect that wrote it, or a later one.`,
  )
}

export function parseAgentFile(value: unknown): AgentFile {
  const file = parsePart(AgentFile, value, '')
  checkFile(file)
  checkShared([file])
  return file
}

/** A part of a file, at this place. Throws UserError. */
export function parsePart<Shape extends z.ZodType>(
  shape: Shape,
  value: unknown,
  place: string,
): z.infer<Shape> {
  const read = shape.safeParse(value)
  if (read.success) return read.data
  const { issues } = read.error
  const tooMuch = issues.find((issue) => limitError('It', issue) !== undefined)
  throw refusal(tooMuch ? 'limit_exceeded' : 'invalid_argument', tooMuch ?? issues[0], place)
}

/** Files that look like an agent's and are another program's, by a field that only they have. */
const OTHERS: readonly (readonly [
  name: string,
  is: (value: Record<string, unknown>) => boolean,
])[] = [
  [
    'an agent file written by hand (schema_version, agent.memory_blocks)',
    ({ schema_version, agent }) =>
      schema_version !== undefined || (isRecord(agent) && 'memory_blocks' in agent),
  ],
  ['a character card', ({ spec }) => typeof spec === 'string' && spec.startsWith('chara_card')],
  ['an export of ChatGPT', ({ mapping }) => isRecord(mapping)],
  ['a list of MCP servers', ({ mcpServers }) => isRecord(mcpServers)],
]

function notAFile(value: unknown, error: z.ZodError): UserError {
  const other = isRecord(value) ? OTHERS.find(([, is]) => is(value)) : undefined
  return new UserError(
    other ? 'unsupported' : 'invalid_argument',
    other
      ? `This is ${other[0]}, and imported are agents that Recollect or Letta (.af) exported; nothing was imported. Create the agent with create_agent, and give it what the file says.`
      : `This is no agent that Recollect or Letta exported (${placeOf(error.issues[0], '')}); nothing was imported. Export one with export_agent.`,
  )
}

function refusal(code: ErrorCode, issue: z.core.$ZodIssue | undefined, place: string): UserError {
  return new UserError(
    code,
    `Invalid file at ${placeOf(issue, place)}; nothing was imported. Fix it and import again, or export the agent again.`,
  )
}

function placeOf(issue: z.core.$ZodIssue | undefined, place: string): string {
  if (!issue) return 'an unknown place'
  const reason = issue.message.replace(/^(Invalid input|Invalid option|Too big|Too small): /, '')
  const path = [place, fieldPath(issue.path)].filter((part) => part !== '').join('.')
  return `${path || 'its top'}: ${reason}`
}
