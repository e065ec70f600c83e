import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'

/*
 * The rules of `claude plugin validate` for a plugin and its marketplace, as documented: that
 * program is not available where this is tested.
 */

const PLUGIN = 'plugin'
const read = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'))
const { version } = z.object({ version: z.string() }).parse(read('package.json'))

const name = z.string().regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/)
const author = z.strictObject({
  name: z.string().min(1),
  email: z.email().optional(),
  url: z.url().optional(),
})
/** Relative to the plugin, never out of it. */
const path = z
  .string()
  .startsWith('./')
  .refine((text) => !text.split('/').includes('..'))
const paths = z.union([path, z.array(path)])

const manifest = z.strictObject({
  $schema: z.url().optional(),
  name,
  version: z.string().regex(/^\d+\.\d+\.\d+(-[\w.]+)?$/),
  description: z.string().min(1),
  author,
  homepage: z.url().optional(),
  repository: z.string().optional(),
  license: z.string().min(1),
  keywords: z.array(z.string()),
  commands: paths.optional(),
  agents: paths.optional(),
  skills: paths.optional(),
  hooks: z.union([path, z.record(z.string(), z.unknown())]).optional(),
  mcpServers: z.union([path, z.record(z.string(), z.unknown())]).optional(),
})

const marketplace = z.strictObject({
  $schema: z.url().optional(),
  name,
  owner: author,
  metadata: z.strictObject({ description: z.string(), version: z.string().optional() }).optional(),
  plugins: z
    .array(
      z.strictObject({
        name,
        source: path,
        description: z.string().min(1),
        category: z.string().optional(),
        keywords: z.array(z.string()).optional(),
      }),
    )
    .min(1),
})

const EVENTS = [
  'PreToolUse',
  'PostToolUse',
  'PostToolUseFailure',
  'PermissionRequest',
  'Notification',
  'UserPromptSubmit',
  'SessionStart',
  'SessionEnd',
  'Stop',
  'SubagentStart',
  'SubagentStop',
  'PreCompact',
] as const

const hooks = z.strictObject({
  description: z.string().optional(),
  hooks: z.partialRecord(
    z.enum(EVENTS),
    z.array(
      z.strictObject({
        matcher: z.string().optional(),
        hooks: z
          .array(
            z.strictObject({
              type: z.literal('command'),
              command: z.string().min(1),
              timeout: z.number().positive().optional(),
            }),
          )
          .min(1),
      }),
    ),
  ),
})

const servers = z.strictObject({
  mcpServers: z.record(
    name,
    z.strictObject({
      command: z.string().min(1),
      args: z.array(z.string()),
      env: z.record(z.string(), z.string()).optional(),
    }),
  ),
})

test('the manifest is one, of the version of the program', () => {
  expect(manifest.parse(read(join(PLUGIN, '.claude-plugin/plugin.json')))).toMatchObject({
    name: 'recollect',
    version,
  })
  // Nothing else belongs beside it; parts lie at the root of the plugin, where they are found by themselves.
  expect(readdirSync(join(PLUGIN, '.claude-plugin'))).toEqual(['plugin.json'])
})

test('the list offers the plugin where it is', () => {
  const { plugins } = marketplace.parse(read('.claude-plugin/marketplace.json'))
  for (const { name: offered, source } of plugins) {
    expect(read(join(source, '.claude-plugin/plugin.json'))).toMatchObject({ name: offered })
  }
})

test('hooks and the server run a file of the plugin that is there, from wherever it is installed', () => {
  const { hooks: events } = hooks.parse(read(join(PLUGIN, 'hooks/hooks.json')))
  const { mcpServers } = servers.parse(read(join(PLUGIN, '.mcp.json')))
  const commands = [
    ...Object.values(events).flatMap((matchers) =>
      matchers.flatMap((matcher) => matcher.hooks.map(({ command }) => command)),
    ),
    ...Object.values(mcpServers).map(({ command, args }) => [command, ...args].join(' ')),
  ]
  expect(commands).toHaveLength(5)
  for (const command of commands) {
    const [, file = ''] = /\$\{CLAUDE_PLUGIN_ROOT\}\/([\w./-]+)/.exec(command) ?? []
    expect(existsSync(join(PLUGIN, file)), command).toBe(true)
  }
  // A path with a space in it is one word.
  for (const command of commands.slice(0, 4)) expect(command).toMatch(/"\$\{CLAUDE_PLUGIN_ROOT\}/)
})

test('every command says what it does', () => {
  const files = readdirSync(join(PLUGIN, 'commands'))
  expect(files).toEqual(['ask.md', 'remember.md'])
  for (const file of files) {
    const text = readFileSync(join(PLUGIN, 'commands', file), 'utf8')
    const [, front = '', body = ''] = /^---\n([\s\S]*?)\n---\n([\s\S]+)$/.exec(text) ?? []
    const fields = front
      .split('\n')
      .map((line) => /^([a-z-]+): (.+)$/.exec(line)?.slice(1) ?? [line])
    expect(Object.fromEntries(fields)).toEqual({
      description: expect.stringMatching(/^[A-Z].{10,}/),
      'argument-hint': expect.any(String),
    })
    expect(body).toContain('$ARGUMENTS')
  }
})
