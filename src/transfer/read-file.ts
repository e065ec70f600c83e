import type { z } from 'zod'
import { type ErrorCode, UserError } from '../core/errors.ts'
import { fieldPath } from '../core/field-path.ts'
import { limitError } from '../core/limited.ts'
import { AgentFile, FileHead, FORMAT_VERSION } from './agent-file.ts'
import { checkFile } from './check-file.ts'
import { TEAM_FORMAT_VERSION, TeamFile, TeamHead } from './team-file.ts'

/** Parses the file of an agent or of a team. Throws UserError that says where it is invalid and what to do. */
export function readFile(text: string): AgentFile | TeamFile {
  const value = parseJson(text)
  const team = TeamHead.safeParse(value)
  if (team.success) return readTeam(value, team.data.version)
  const head = FileHead.safeParse(value)
  if (!head.success) throw isLetta(value) ? lettaFile() : notAFile(head.error)
  if (head.data.version > FORMAT_VERSION) {
    throw tooNew(head.data.version, FORMAT_VERSION)
  }
  const file = AgentFile.safeParse(value)
  if (!file.success) throw wrong(file.error)
  checkFile(file.data)
  return file.data
}

function readTeam(value: unknown, version: number): TeamFile {
  if (version > TEAM_FORMAT_VERSION) throw tooNew(version, TEAM_FORMAT_VERSION)
  const file = TeamFile.safeParse(value)
  if (!file.success) throw wrong(file.error)
  for (const agent of file.data.agents) checkFile(agent)
  return file.data
}

function tooNew(version: number, known: number): UserError {
  return new UserError(
    'unsupported',
    `The file has version ${version} of the format, and this Recollect reads up to ${known}; nothing was imported. Import it with the version of Recollect that wrote it, or a later one.`,
  )
}

function parseJson(text: string): unknown {
  try {
    // Windows editors put a byte order mark first, which is not JSON.
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch {
    throw new UserError(
      'invalid_argument',
      'The text is not JSON, or not all of it; nothing was imported. Give the whole text that was exported, its pages joined in order without anything between them.',
    )
  }
}

/** The agent files of Letta hold agents beside their blocks and tools; older ones are one agent. */
function isLetta(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return (
    ('agents' in value && 'blocks' in value) || ('agent_type' in value && 'core_memory' in value)
  )
}

function lettaFile(): UserError {
  return new UserError(
    'unsupported',
    'This is an agent file of Letta (.af), and this import reads those of Recollect; nothing was imported. Create the agent with create_agent, and give it the blocks of the file.',
  )
}

function notAFile(error: z.ZodError): UserError {
  return new UserError(
    'invalid_argument',
    `This is no agent that Recollect exported (${placeOf(error.issues[0])}); nothing was imported. Export one with export_agent.`,
  )
}

function wrong(error: z.ZodError): UserError {
  const tooMuch = error.issues.find((issue) => limitError('It', issue) !== undefined)
  if (tooMuch) return refusal('limit_exceeded', tooMuch)
  return refusal('invalid_argument', error.issues[0])
}

function refusal(code: ErrorCode, issue: z.core.$ZodIssue | undefined): UserError {
  return new UserError(
    code,
    `Invalid file at ${placeOf(issue)}; nothing was imported. Fix it and import again, or export the agent again.`,
  )
}

function placeOf(issue: z.core.$ZodIssue | undefined): string {
  if (!issue) return 'an unknown place'
  const reason = issue.message.replace(/^(Invalid input|Invalid option|Too big|Too small): /, '')
  return `${fieldPath(issue.path) || 'its top'}: ${reason}`
}
