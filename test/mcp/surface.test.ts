import { readdirSync } from 'node:fs'
import { encode } from 'gpt-tokenizer/encoding/o200k_base'
import { describe, expect, it } from 'vitest'
import { TOOLSETS } from '../../src/core/toolset.ts'
import { PROMPTS } from '../../src/generated/prompts.ts'
import { describeTool } from '../../src/mcp/call/describe-tool.ts'
import { ALL_PROMPTS } from '../../src/mcp/prompts/index.ts'
import { templatesIn } from '../../src/mcp/resources/define-resource.ts'
import { RESOURCES } from '../../src/mcp/resources/index.ts'
import { toolsOf } from '../../src/mcp/tools/index.ts'
import { connectInProcess } from '../support/connect.ts'
import { stubServer } from './stub-context.ts'

const TEMPLATES = templatesIn(RESOURCES)
const core = toolsOf(['core']).map(describeTool)
const tools = toolsOf(TOOLSETS).map(describeTool)

/** Every object in a JSON schema that is a schema itself. */
function schemasIn(node: unknown): readonly Readonly<Record<string, unknown>>[] {
  if (Array.isArray(node)) return node.flatMap(schemasIn)
  if (typeof node !== 'object' || node === null) return []
  const record = { ...node } as Record<string, unknown>
  const inner = Object.entries(record).flatMap(([key, value]) =>
    key === 'properties' && typeof value === 'object' && value !== null
      ? Object.values(value).flatMap(schemasIn)
      : schemasIn(value),
  )
  return 'type' in record ? [record, ...inner] : inner
}

const SINGLE_TYPE = /^(object|array|string|number|integer|boolean)$/
const SCALAR = /^(string|number|integer|boolean)$/

interface Property {
  readonly type?: string
  readonly description?: string
  readonly items?: Property
}

function propertiesOf(schema: object): readonly [string, Property][] {
  const properties: unknown = Reflect.get(schema, 'properties')
  return Object.entries((properties ?? {}) as Readonly<Record<string, Property>>)
}

describe('the tool list', () => {
  it('is the committed one', async () => {
    await expect(`${JSON.stringify(tools, null, 2)}\n`).toMatchFileSnapshot('tools.snapshot.json')
  })

  it('is the same for clients of both eras', async () => {
    for (const kind of ['v2-legacy', 'v2-auto'] as const) {
      const client = await connectInProcess(stubServer().createServer, kind)
      expect(await client.tools()).toEqual(core)
      await client.close()
    }
  })

  it('costs a model at most 4,500 tokens', () => {
    const cost = core
      .flatMap(({ name, description, inputSchema }) => [
        name,
        description,
        JSON.stringify(inputSchema),
      ])
      .reduce((sum, text) => sum + encode(text).length, 0)
    expect(cost).toBeGreaterThan(1_000)
    expect(cost).toBeLessThanOrEqual(4_500)
  })

  it('has a file for every tool, named like it', () => {
    const folder = new URL('../../src/mcp/tools/', import.meta.url)
    const files = readdirSync(folder).filter((name) => name !== 'index.ts')
    const names = tools.map(({ name }) => `${name.replaceAll('_', '-')}.ts`)
    expect(files.sort()).toEqual(names.sort())
  })
})

describe.each(tools)('$name', (tool) => {
  it('has a name, title and description that every client takes', () => {
    expect(tool.name).toMatch(/^[a-z][a-z_]{1,39}$/)
    expect(tool.title.length).toBeGreaterThan(3)
    expect(tool.description.length).toBeGreaterThan(30)
    expect(tool.description.length).toBeLessThan(1_000)
  })

  it('has every annotation about its effects', () => {
    const { readOnlyHint, destructiveHint, idempotentHint, openWorldHint } = tool.annotations
    for (const hint of [readOnlyHint, destructiveHint, idempotentHint, openWorldHint]) {
      expect(hint).toBeTypeOf('boolean')
    }
    expect(readOnlyHint && destructiveHint).toBe(false)
  })

  it('has flat schemas', () => {
    for (const root of [tool.inputSchema, tool.outputSchema]) {
      expect(root.type).toBe('object')
      for (const schema of schemasIn(root)) expect(schema.type).toMatch(SINGLE_TYPE)
      const text = JSON.stringify(root)
      const banned =
        /"(\$schema|\$ref|\$defs|anyOf|oneOf|allOf|propertyNames|patternProperties|null)"/
      expect(text).not.toMatch(banned)
      expect(text).not.toContain('9007199254740991')
    }
  })

  it('takes scalars, lists of scalars and lists of flat objects, and refuses unknown arguments', () => {
    expect(tool.inputSchema).toHaveProperty('additionalProperties', false)
    for (const [name, property] of propertiesOf(tool.inputSchema)) {
      expect(name).toMatch(/^[a-z][a-z_]{0,39}$/)
      expect((property.description ?? '').length).toBeLessThanOrEqual(400)
      if (property.type !== 'array') expect(property.type).toMatch(SCALAR)
      else if (property.items?.type !== 'object') expect(property.items?.type).toMatch(SCALAR)
      else {
        expect(property.items).toHaveProperty('additionalProperties', false)
        for (const [inner, field] of propertiesOf(property.items)) {
          // The rules of tools are the one list of the contract whose items hold lists.
          if (name === 'tool_rules' && ['children', 'cases'].includes(inner)) continue
          expect(field.type, `${name}[].${inner}`).toMatch(SCALAR)
        }
      }
    }
  })

  it('may answer with only an error', () => {
    expect(tool.outputSchema).not.toHaveProperty('required')
    expect(JSON.stringify(tool.outputSchema)).not.toContain('additionalProperties')
    expect(tool.outputSchema).toHaveProperty('properties.error.properties.code')
    expect(tool.outputSchema).toHaveProperty('properties.error.properties.message')
  })
})

describe('resources and prompts', () => {
  it('are those of the contract', () => {
    expect(TEMPLATES.map(({ uri }) => uri)).toEqual([
      'recollect://agents/{agent_id}',
      'recollect://agents/{agent_id}/memory',
      'recollect://agents/{agent_id}/memory/{label}',
      'recollect://agents/{agent_id}/messages',
      'recollect://agents/{agent_id}/context',
      'recollect://passages/{passage_id}',
      'recollect://runs/{run_id}',
      'recollect://tools/{tool_id}',
      'recollect://groups/{group_id}',
      'recollect://jobs/{job_id}',
    ])
    const prompts = ALL_PROMPTS.map((prompt) => [
      prompt.name,
      prompt.arguments.map(({ name }) => name),
    ])
    expect(prompts).toEqual([
      ['talk_to_agent', ['agent', 'message']],
      ['load_memory', ['agent']],
      ['save_session', ['agent']],
    ])
  })

  it('are described', () => {
    for (const { description, title } of [...TEMPLATES, ...ALL_PROMPTS]) {
      expect(description.length).toBeGreaterThan(10)
      expect(title.length).toBeGreaterThan(2)
    }
    for (const argument of ALL_PROMPTS.flatMap((prompt) => prompt.arguments)) {
      expect(argument.description.length).toBeGreaterThan(5)
    }
  })

  it('come with instructions under 2 KB', () => {
    expect(Buffer.byteLength(PROMPTS['mcp-instructions'])).toBeLessThan(2_048)
  })
})
