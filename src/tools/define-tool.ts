import type { Caller } from '../core/access.ts'
import { Unavailable, UserError } from '../core/errors.ts'
import { checkCount, checkLength, LIMITS } from '../core/limits.ts'
import {
  DEFAULT_TOOL_SECONDS,
  MAX_TOOL_SECONDS,
  type ToolDefinition,
  type ToolEffect,
} from '../core/stored-tool.ts'
import { cleanText, normalText } from '../core/text.ts'
import { isBuiltInTool } from '../core/tool.ts'
import type { ToolFields } from '../core/tool-view.ts'
import { isHostPattern } from '../fetch/fetch-rule.ts'
import { parseParameters } from './parse-parameters.ts'
import { tellLanguage } from './tell-language.ts'

/** The facts read from a function's source. */
export interface ReadFunction {
  readonly name: string
  readonly description: string
  readonly parameters: Readonly<Record<string, unknown>>
}

/** Reads a function without running it. Throws a UserError that names parameter and line. */
export type ReadSource = (
  language: 'python' | 'typescript',
  source: string,
) => Promise<ReadFunction>

/** Names that providers allow for a tool. */
const NAME = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/
const SECRET = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/

/**
 * The definition of a new tool, or of the next version of `before`. What is given wins over what stands in the source.
 * Throws a UserError, also if the caller lacks a capability of the tool.
 */
export async function defineTool(
  fields: ToolFields,
  before: ToolDefinition | undefined,
  caller: Caller,
  readSource: ReadSource,
): Promise<ToolDefinition> {
  const source = fields.source ?? before?.source ?? ''
  checkLength('The source', source, LIMITS.toolSource)
  const language = fields.language ?? languageOf(fields, before) ?? tellLanguage(source)
  if (language === 'mcp') throw ofServer(before?.name ?? '')
  const read = await readSource(language, source)
  const given = new Set(before?.given)
  if (fields.name !== undefined) given.add('name')
  if (fields.description !== undefined) given.add('description')
  if (fields.parameters !== undefined) given.add('parameters')
  if (fields.effect !== undefined) given.add('effect')
  const kept = (field: 'name' | 'description' | 'parameters' | 'effect') =>
    given.has(field) ? before : undefined
  const network = (fields.network ?? before?.network ?? []).map((host) => host.toLowerCase())
  const parameters =
    fields.parameters === undefined
      ? kept('parameters')?.parameters
      : parseParameters(fields.parameters)
  const definition: ToolDefinition = {
    name: fields.name ?? kept('name')?.name ?? read.name,
    description: cleanText(
      fields.description ?? kept('description')?.description ?? read.description,
    ),
    language,
    source: cleanText(source),
    parameters: parameters ?? read.parameters,
    entry: read.name,
    given: [...given],
    tags: [...new Set((fields.tags ?? before?.tags ?? []).map(normalText))],
    effect: fields.effect ?? kept('effect')?.effect ?? defaultEffect(network),
    requiresApproval: fields.requiresApproval ?? before?.requiresApproval ?? false,
    capabilities: [...new Set(fields.capabilities ?? before?.capabilities ?? [])],
    network: [...new Set(network)],
    secrets: [...new Set(fields.secrets ?? before?.secrets ?? [])],
    timeoutSeconds: fields.timeoutSeconds ?? before?.timeoutSeconds ?? DEFAULT_TOOL_SECONDS,
  }
  check(definition)
  checkRights(definition, caller)
  return definition
}

/** Throws a UserError if the tool may do what its author may not. */
export function checkRights({ capabilities }: ToolDefinition, caller: Caller): void {
  const missing = capabilities.find((scope) => !caller.scopes.has(scope))
  if (missing === undefined) return
  throw new UserError(
    'unauthorized',
    `A tool can't have the capability "${missing}" unless you have that scope yourself, and you don't; nothing was changed. Leave it out, or use a token that has it.`,
  )
}

export function ofServer(name: string): UserError {
  return new Unavailable(
    `The tool "${name}" belongs to a tool server, so it can't be changed here. Change it there; the operator of this server names the servers in RECOLLECT_TOOL_SERVERS.`,
  )
}

function languageOf({ source }: ToolFields, before: ToolDefinition | undefined) {
  return source === undefined ? before?.language : undefined
}

/** Without network all that a call does is stored with its result. What was sent to a host can't be taken back. */
function defaultEffect(network: readonly string[]): ToolEffect {
  return network.length === 0 ? 'database' : 'once'
}

function check({
  name,
  description,
  effect,
  network,
  secrets,
  timeoutSeconds,
  tags,
}: ToolDefinition) {
  if (!NAME.test(name)) {
    throw invalid(
      `"${name}" can't be the name of a tool. Use 1 to 64 letters, digits, _ and -, and begin with a letter.`,
    )
  }
  if (isBuiltInTool(name)) throw invalid(`"${name}" is a built-in tool. Give another name.`)
  checkLength('The description', description, LIMITS.description)
  checkCount('The list of tags', tags, LIMITS.tags)
  const host = network.find((one) => !isHostPattern(one))
  if (host !== undefined) {
    throw invalid(`"${host}" is not a host name. Give one such as api.example.com in network.`)
  }
  const secret = secrets.find((one) => !SECRET.test(one))
  if (secret !== undefined) {
    throw invalid(`"${secret}" can't be the name of a secret. Give one such as GITHUB_TOKEN.`)
  }
  if (network.length > 0 && effect === 'database') {
    throw invalid(
      'A tool with network can\'t have the effect "database", since what it sends is not undone. Use "once", or "idempotent" or "readonly" if repeating a call does no harm.',
    )
  }
  if (!(timeoutSeconds >= 1 && timeoutSeconds <= MAX_TOOL_SECONDS)) {
    throw invalid(
      `A time limit of ${timeoutSeconds} s is not possible. Give 1 to ${MAX_TOOL_SECONDS} in timeout_seconds.`,
    )
  }
}

function invalid(message: string): UserError {
  return new UserError('invalid_argument', message)
}
