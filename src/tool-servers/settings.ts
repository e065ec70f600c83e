import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { UserError } from '../core/errors.ts'

/** Made when a file is read, since building schemas takes longer than the rest of a start. */
function schemas() {
  const common = {
    /** Names of the tools that agents may have; absent: all. `*` stands for any characters. */
    tools: z.array(z.string()).optional(),
    /** Names of the tools whose calls a person approves each time. */
    approve: z.array(z.string()).optional(),
    /** Namespaces that may use it; absent: all. */
    namespaces: z.array(z.string()).optional(),
    /** Seconds without a sign of life from a call. */
    seconds: z.number().positive().max(3_600).optional(),
    /** Characters of a result that a model gets. */
    resultChars: z.int().positive().max(100_000).optional(),
    /** Seconds without a call after which it is ended. */
    idleSeconds: z.number().positive().optional(),
    disabled: z.boolean().optional(),
  }
  const stdio = z.object({
    ...common,
    command: z.string().min(1),
    args: z.array(z.string()).optional(),
    env: z.record(z.string(), z.string()).optional(),
    cwd: z.string().optional(),
  })
  const http = z.object({
    ...common,
    url: z.url({ protocol: /^https?$/ }),
    headers: z.record(z.string(), z.string()).optional(),
  })
  /** Clients write other fields, such as `type` and `autoApprove`, which mean nothing here. */
  const servers = z.record(z.string().regex(/^[A-Za-z0-9_.-]{1,40}$/), z.union([stdio, http]))
  /** `servers` is how VS Code writes it. */
  const file = z.union([
    z.object({ mcpServers: servers }).transform(({ mcpServers }) => mcpServers),
    z.object({ servers }).transform(({ servers: named }) => named),
  ])
  return { stdio, http, file }
}
type Schemas = ReturnType<typeof schemas>

export type StdioSettings = z.infer<Schemas['stdio']>
export type HttpSettings = z.infer<Schemas['http']>
export type ServerSettings = StdioSettings | HttpSettings

export type Environment = Readonly<Record<string, string | undefined>>

/**
 * Reads the operator's file, in the format that MCP clients use. `${NAME}` in it is replaced by that variable of the
 * environment. Throws UserError that names the file and what is wrong with it.
 */
export function readServerSettings(
  path: string,
  environment: Environment,
): ReadonlyMap<string, ServerSettings> {
  const parsed = schemas().file.safeParse(readJson(path))
  if (!parsed.success) {
    const issue = deepest(parsed.error.issues)
    throw wrong(path, `${issue.path.join('.') || 'it'}: ${issue.message}`)
  }
  const servers = Object.entries(parsed.data).filter(([, { disabled }]) => disabled !== true)
  return new Map(servers.map(([name, settings]) => [name, filled(settings, path, environment)]))
}

/** How variables, headers, flags and parameters are named that hold a secret. */
const SECRET_NAME = /key|token|secret|passw|auth|credential|cookie|session/i

/**
 * Values that may be secrets: those of `env` and `headers`, those in the query or user part of an address, and those that
 * arguments give to a flag that is named like one. `sure`: only those that are named like secrets, so that they can be
 * taken out of results, where a folder or a city must stay.
 */
export function secretsOfServer(
  settings: ServerSettings,
  { sure = false }: { readonly sure?: boolean } = {},
): readonly string[] {
  const named = (values: Readonly<Record<string, string>> = {}) =>
    Object.entries(values)
      .filter(([name]) => !sure || SECRET_NAME.test(name))
      .map(([, value]) => value)
  if ('command' in settings) return [...named(settings.env), ...secretsIn(settings.args ?? [])]
  const { username, password, searchParams } = new URL(settings.url)
  // A header such as `Bearer abc` is also quoted without its scheme.
  const headers = named(settings.headers).flatMap((text) => [text, ...text.split(' ')])
  return [...headers, username, password, ...named(Object.fromEntries(searchParams))]
}

function secretsIn(args: readonly string[]): readonly string[] {
  return args.flatMap((arg, index) => {
    const [flag = '', value] = arg.split(/=(.*)/s)
    const isNamed = flag.startsWith('-') && SECRET_NAME.test(flag)
    const given = value ?? args[index + 1] ?? ''
    const { password = '' } = URL.canParse(arg) ? new URL(arg) : {}
    return [...(isNamed && !given.startsWith('-') ? [given] : []), password]
  })
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw wrong(path, error instanceof Error ? error.message : String(error))
  }
}

/** Unions hide what is wrong with the option that was meant. */
function deepest(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue {
  const [first] = issues
  if (!first) throw new Error('a failed parse has an issue')
  if (first.code !== 'invalid_union') return first
  const inner = first.errors
    .flatMap((option) => (option.length > 0 ? [deepest(option)] : []))
    .toSorted((a, b) => b.path.length - a.path.length)[0]
  return inner ? { ...inner, path: [...first.path, ...inner.path] } : first
}

function filled<T extends ServerSettings>(settings: T, path: string, environment: Environment): T {
  const text = JSON.stringify(settings).replace(
    /\$\{(?:env:)?([A-Za-z_][A-Za-z0-9_]*)\}/g,
    (_all, name: string) => {
      const value = environment[name]
      if (value === undefined) throw wrong(path, `it needs the variable ${name}, which is not set`)
      return JSON.stringify(value).slice(1, -1)
    },
  )
  return JSON.parse(text)
}

function wrong(path: string, problem: string): UserError {
  return new UserError(
    'invalid_argument',
    `RECOLLECT_TOOL_SERVERS: ${path} can't be used: ${problem}. It is to look like {"mcpServers": {"github": {"command": "npx", "args": ["…"]}}}.`,
  )
}
