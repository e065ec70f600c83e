import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { newHome, removeHomes, withoutKey } from '../e2e/support.ts'
import { startServe } from '../support/connect.ts'

/* Lines and files that users paste from the README and the docs. */

afterAll(removeHomes)

test('the lines with curl in the README work in sh and bash against a server with its defaults', async () => {
  const [, lines = ''] =
    /```sh\n(tool\(\)[\s\S]*?)```/.exec(readFileSync('README.md', 'utf8')) ?? []
  expect(lines).toContain('http://127.0.0.1:8283/mcp')
  for (const shell of ['sh', 'bash']) {
    const serving = await startServe(withoutKey(newHome()))
    const script = lines.replace('http://127.0.0.1:8283/mcp', serving.url)
    const { stdout, stderr, status } = spawnSync(shell, ['-c', script], { encoding: 'utf8' })
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
    const answers = [...stdout.matchAll(/^(?:data: )?(\{.*\})$/gm)].map(([, json = '']) =>
      JSON.parse(json),
    )
    expect(answers.map(({ result }) => result.isError ?? false)).toEqual([false, false, false])
    expect(answers[1].result.structuredContent.reply).toMatch(/Ben/)
    expect(answers[2].result.structuredContent.blocks[0].value).toMatch(/Ben/)
    await serving.stop()
  }
})

/** The lines of the first block of shell in the page that have this in them. */
function linesOf(page: string, word: string): readonly string[] {
  const blocks = readFileSync(page, 'utf8').matchAll(/```sh\n([\s\S]*?)```/g)
  const lines = [...blocks].flatMap(([, block = '']) => block.split('\n'))
  return lines.filter((line) => line.includes(word))
}

test('the lines with curl for programs of Letta and for chat programs work as they stand', async () => {
  const serving = await startServe(withoutKey(newHome()))
  const run = (line: string, more: Readonly<Record<string, string>> = {}) => {
    const local = line.replace(
      /http:\/\/(localhost|127\.0\.0\.1):8283/,
      new URL(serving.url).origin,
    )
    const env = { ...process.env, ...more }
    return JSON.parse(spawnSync('sh', ['-c', `${local} -s`], { encoding: 'utf8', env }).stdout)
  }
  const [create = '', send = ''] = linesOf('docs/letta.md', 'curl -X POST http://localhost:8283')
  const made = run(create)
  expect(made.memory.blocks).toMatchObject([{ value: 'The user is called Mia.' }])
  expect(run(send, { AGENT_ID: made.id }).messages.at(-1).content).toMatch(/Mia/)
  run(create.replace("-d '{", '-d \'{"name":"Ada",'))
  const [chat = ''] = linesOf('docs/openai.md', 'chat/completions')
  expect(run(chat).choices[0].message.content).toMatch(/Mia/)
  await serving.stop()
})

test('the rules for assistants say the same, each with the head that its reader wants', () => {
  const text = readFileSync('snippets/AGENTS.md', 'utf8')
  const heads = {
    'cursor-recollect.mdc': 'alwaysApply: true',
    'vscode-recollect.instructions.md': 'applyTo: "**"',
  }
  expect(readdirSync('snippets').toSorted()).toEqual(['AGENTS.md', ...Object.keys(heads)])
  for (const [file, line] of Object.entries(heads)) {
    const rule = readFileSync(join('snippets', file), 'utf8')
    expect(rule).toBe(
      `---\ndescription: How to use the memory of this project\n${line}\n---\n\n${text}`,
    )
  }
  const known = JSON.parse(readFileSync('test/mcp/tools.snapshot.json', 'utf8'))
  for (const [, name = ''] of text.matchAll(/`([a-z]+_[a-z_]+)`/g)) {
    expect(JSON.stringify(known)).toContain(`"${name}"`)
  }
})
