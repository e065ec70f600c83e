import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { afterAll, expect, test } from 'vitest'
import { newHome, removeHomes } from '../e2e/support.ts'
import { connect } from '../support/connect.ts'

/* The lines that people copy. */

const readme = readFileSync('README.md', 'utf8')
const guide = readFileSync('docs/install.md', 'utf8')

afterAll(removeHomes)

/** The output of the guide's line that begins so, run in a shell in the checkout. */
function printed(begin: string): string {
  const line = guide.split('\n').find((text) => text.startsWith(begin))
  const { stdout, stderr } = spawnSync('sh', ['-c', line ?? 'false'], { encoding: 'utf8' })
  expect(stderr).toBe('')
  return stdout.trim()
}

async function expectToStart(entry: {
  readonly command: string
  readonly args: readonly string[]
}) {
  const { command, args } = entry
  const environment = { RECOLLECT_HOME: newHome() }
  const client = await connect('v2-legacy', { kind: 'command', command, args, environment })
  expect((await client.tools()).map(({ name }) => name)).toContain('create_agent')
  await client.close()
}

test('the file in the README is the example, and says what clients read', () => {
  const example = readFileSync('mcp.json.example', 'utf8')
  expect(readme).toContain(`\`\`\`json\n${example}\`\`\``)
  expect(JSON.parse(example).mcpServers.recollect.command).toBe('node')
})

test("Cursor's link carries a server that starts", async () => {
  const url = new URL(printed('node -p "\'cursor:'))
  expect(url.searchParams.get('name')).toBe('recollect')
  const config = Buffer.from(url.searchParams.get('config') ?? '', 'base64').toString()
  await expectToStart(JSON.parse(config))
  expect(readme).toContain(guide.split('\n').find((line) => line.includes('cursor://')))
})

test("VS Code's link and line carry a server that starts", async () => {
  const link = printed('node -p "\'vscode:')
  expect(link).toMatch(/^vscode:mcp\/install\?%7B/)
  await expectToStart(JSON.parse(decodeURIComponent(link.split('?')[1] ?? '')))
  const line = guide.split('\n').find((text) => text.startsWith('code --add-mcp')) ?? ''
  const { stdout } = spawnSync('sh', ['-c', line.replace('code --add-mcp', "printf '%s'")], {
    encoding: 'utf8',
  })
  await expectToStart(JSON.parse(stdout))
  expect(readme).toContain(line)
})
