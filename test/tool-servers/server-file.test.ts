import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readConfig } from '../../src/config/read-config.ts'
import { secretsOf } from '../../src/config/secrets.ts'
import { readServerSettings } from '../../src/tool-servers/settings.ts'

const ENVIRONMENT = { OPENAI_API_KEY: 'sk-secret' }

/** As the file names a variable of the environment. */
const variable = (name: string) => ['$', '{', name, '}'].join('')

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'recollect-servers-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function write(content: unknown): string {
  const path = join(folder, 'mcp.json')
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

describe('the file of tool servers', () => {
  it('gives the log its secrets, so that no line shows one', () => {
    const path = write({
      mcpServers: {
        a: { command: 'x', env: { TOKEN: variable('OPENAI_API_KEY') } },
        b: {
          url: 'https://example.com/?key=in-query',
          headers: { authorization: 'Bearer abc-def' },
        },
      },
    })
    const secrets = secretsOf(readConfig({}, { ...ENVIRONMENT, RECOLLECT_TOOL_SERVERS: path }))
    expect(secrets).toEqual(expect.arrayContaining(['sk-secret', 'in-query', 'abc-def']))
  })

  it.each([
    ['{', /mcp\.json can't be used/],
    [{}, /mcpServers/],
    [{ mcpServers: { a: { args: [] } } }, /a/],
    [{ mcpServers: { a: { command: 'x', seconds: -1 } } }, /a\.seconds/],
    [{ mcpServers: { a: { url: 'ftp://x' } } }, /a\.url/],
    [{ mcpServers: { 'a b': { command: 'x' } } }, /a b/],
    [{ mcpServers: { a: { command: variable('MISSING') } } }, /variable MISSING, which is not set/],
  ])('%j is refused with what is wrong', (content, message) => {
    expect(() => readServerSettings(write(content), ENVIRONMENT)).toThrow(message)
  })

  it('is read as clients write it, without what is disabled', () => {
    const path = write({
      servers: {
        a: { type: 'stdio', command: 'x', autoApprove: [] },
        b: { command: 'y', disabled: true },
      },
    })
    expect([...readServerSettings(path, ENVIRONMENT).keys()]).toEqual(['a'])
  })
})
