import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { connect, startServe } from '../support/connect.ts'
import { expectOneLine, newHome, removeHomes, runCommand, withoutKey } from './support.ts'

/* Agents in files, on the command line. */

afterAll(removeHomes)

/** Data with the agents Ada and Bea. */
async function newData() {
  const environment = withoutKey(newHome())
  const serving = await startServe(environment)
  const client = await connect('v2-auto', { kind: 'http', url: serving.url })
  const { data } = await client.call('create_agent', { name: 'Ada', persona: 'I am Ada.' })
  await client.call('create_agent', { name: 'Bea' })
  await client.call('send_message', { agent: 'Ada', message: 'Remember the blue pot.' })
  await client.close()
  await serving.stop()
  return { environment, home: environment.RECOLLECT_HOME ?? '', ada: data.agent.id as string }
}

describe('recollect export and import', () => {
  it('move an agent to other data by a file that only its owner can read', async () => {
    const { environment, home, ada } = await newData()
    const file = join(home, 'ada.json')
    const exported = await runCommand(['export', 'Ada', file], environment)
    expect(exported).toMatchObject({ code: 0, stdout: '' })
    expect(exported.stderr).toContain(`Ada (${ada}) was exported to ${file}`)
    expect(statSync(file).mode & 0o077).toBe(0)
    expect(JSON.parse(readFileSync(file, 'utf8')).messages[0].text).toBe('Remember the blue pot.')

    const elsewhere = withoutKey(newHome())
    const imported = await runCommand(['import', file], elsewhere)
    expect(imported).toMatchObject({ code: 0, stderr: '' })
    expect(imported.stdout).toMatch(/^Ada was imported as agent-[0-9a-f-]{36}\n$/)
    const again = await runCommand(['import', file], elsewhere)
    expect(again.stdout).toMatch(/^Ada \(imported\) was imported as agent-/)
    expect(again.stderr).toMatch(/named "Ada" already/)
    const back = await runCommand(['export', 'Ada'], elsewhere)
    expect(JSON.parse(back.stdout).messages).toHaveLength(
      JSON.parse(readFileSync(file, 'utf8')).messages.length,
    )
  })

  it('say of a tool that it is one over MCP, and not of one that the file has', async () => {
    const { environment, home } = await newData()
    const file = join(home, 'ada.json')
    await runCommand(['export', 'Ada', file], environment)
    const written = JSON.parse(readFileSync(file, 'utf8'))
    const source = 'def get_weather(city: str) -> str:\n    """Tells it."""\n    return city\n'
    const tool = { name: 'get_weather', language: 'python', source }
    const { agent } = written
    const changed = {
      ...written,
      tools: [tool],
      agent: {
        ...agent,
        tools: [...agent.tools, 'get_weather', 'update_stock'],
        tool_rules: [{ type: 'exit_loop', tool_name: 'get_weather' }],
      },
    }
    writeFileSync(file, JSON.stringify(changed))
    const { stderr, code } = await runCommand(['import', file], withoutKey(newHome()))
    expect(code).toBe(0)
    expect(stderr).toContain('"get_weather". Read them with get_tool (a tool over MCP), and give')
    expect(stderr).toContain('with attach_tool (a tool over MCP).')
    expect(stderr).toContain('"exit_loop of get_weather"')
    expect(stderr).toContain('"update_stock".')
    expect(stderr.match(/a tool over MCP/g)).toHaveLength(2)
  })

  it('overwrite no file, leave none behind, and report an error in one line', async () => {
    const { environment, home } = await newData()
    const file = join(home, 'kept.json')
    writeFileSync(file, 'mine')
    const taken = await runCommand(['export', 'Ada', file], environment)
    expect(taken).toMatchObject({ code: 1, stdout: '' })
    expectOneLine(taken)
    expect(taken.stderr).toMatch(/exists already/)
    expect(readFileSync(file, 'utf8')).toBe('mine')
    const refused = [
      [['export', 'Nobody', join(home, 'nobody.json')], /named "Nobody"/],
      [['export', 'Ada', join(home, 'no', 'where.json')], /ENOENT/],
      [['export', 'Bea', '--agent', 'Ada'], /RECOLLECT_AGENT/],
      [['import', join(home, 'missing.json')], /can't be read/],
      [['import', file], /not JSON/],
      [['import', file, '--read-only'], /not JSON/],
    ] as const
    for (const [args, reason] of refused) {
      const finished = await runCommand(args, environment)
      expect(finished).toMatchObject({ code: 1, stdout: '' })
      expectOneLine(finished)
      expect(finished.stderr).toMatch(reason)
    }
    expect(existsSync(join(home, 'nobody.json'))).toBe(false)
    const whole = join(home, 'ada.json')
    await runCommand(['export', 'Ada', whole], environment)
    const unwritten = await runCommand(['import', whole, '--read-only'], environment)
    expect(unwritten).toMatchObject({ code: 1, stdout: '' })
    expect(unwritten.stderr).toMatch(/only reads/)
  })
})
