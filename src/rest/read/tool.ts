import { z } from 'zod'
import { SCOPES } from '../../core/access.ts'
import { UserError } from '../../core/errors.ts'
import { isRecord } from '../../core/is-record.ts'
import type { ToolFields } from '../../core/tool-view.ts'
import { readBody, record } from './body.ts'

/** The schema of a function, alone or as OpenAI wraps it. */
const functionSchema = z.object({
  name: z.string().optional(),
  description: z.string().optional(),
  parameters: record.optional(),
})

const toolBody = z.object({
  name: z.string().optional(),
  description: z.string().optional(),
  source_code: z.string().optional(),
  source_type: z.string().optional(),
  json_schema: functionSchema
    .extend({ type: z.string().optional(), function: functionSchema.optional() })
    .optional(),
  args_json_schema: record.optional(),
  tags: z.array(z.string()).optional(),
  default_requires_approval: z.boolean().optional(),
  return_char_limit: z.number().int().min(1).optional(),
  // Not Letta's: what a tool may do beyond the memory of its agent.
  capabilities: z.array(z.enum(SCOPES)).optional(),
  network: z.array(z.string()).optional(),
  secrets: z.array(z.string()).optional(),
  timeout_seconds: z.number().optional(),
})

const trialBody = toolBody.extend({ args: record.optional() })

/** Officials samples write these in the other case. */
const CAMEL: Readonly<Record<string, string>> = {
  sourceCode: 'source_code',
  sourceType: 'source_type',
  jsonSchema: 'json_schema',
  argsJsonSchema: 'args_json_schema',
  defaultRequiresApproval: 'default_requires_approval',
  returnCharLimit: 'return_char_limit',
}

/** The parameters with which Letta's loop is told to go on or to think; ours adds its own. */
const LOOP_PARAMETERS = ['request_heartbeat', 'thinking', 'inner_thoughts']

export function readTool(body: unknown): ToolFields {
  return fieldsOf(readBody(toolBody, inSnakeCase(body)))
}

/** A source to be run once, with its arguments. */
export function readTrial(body: unknown) {
  const given = readBody(trialBody, inSnakeCase(body))
  const { source, language } = fieldsOf(given)
  return { source, language, arguments: given.args ?? {} }
}

function fieldsOf(given: z.infer<typeof toolBody>): ToolFields {
  const schema = given.json_schema?.function ?? given.json_schema
  const parameters = schema?.parameters ?? given.args_json_schema
  return {
    source: given.source_code,
    language: languageOf(given.source_type),
    name: given.name ?? schema?.name,
    description: given.description ?? schema?.description,
    parameters: parameters && JSON.stringify(withoutLoop(parameters)),
    tags: given.tags,
    requiresApproval: given.default_requires_approval,
    maxResultChars: given.return_char_limit,
    capabilities: given.capabilities,
    network: given.network,
    secrets: given.secrets,
    timeoutSeconds: given.timeout_seconds,
  }
}

function languageOf(type: string | undefined): ToolFields['language'] {
  if (type === undefined || type === 'json') return undefined
  if (type === 'python' || type === 'typescript') return type
  throw new UserError(
    'invalid_argument',
    `source_type is ${JSON.stringify(type)}, and needed is python or typescript.`,
  )
}

function withoutLoop(parameters: Readonly<Record<string, unknown>>) {
  const { properties, required, ...rest } = parameters
  const isOwn = (name: unknown) => !LOOP_PARAMETERS.some((known) => known === name)
  return {
    ...rest,
    ...(isRecord(properties) && {
      properties: Object.fromEntries(Object.entries(properties).filter(([name]) => isOwn(name))),
    }),
    ...(Array.isArray(required) && { required: required.filter(isOwn) }),
  }
}

function inSnakeCase(body: unknown): unknown {
  if (!isRecord(body)) return body
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [CAMEL[name] ?? name, value]),
  )
}
