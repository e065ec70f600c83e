import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { BINARY, connect, type Environment } from '../support/connect.ts'
import { ENTER, openTerminal } from '../support/terminal.ts'
import { newHome, removeHomes, runCommand, withoutKey } from './support.ts'

/* Memory in the user's own editor, which here is a script. */

afterAll(removeHomes)

const EDIT = [process.execPath, BINARY, 'memory', 'Ada', 'human', '--edit']

async function withAda(home: string): Promise<Environment> {
  const environment = withoutKey(home)
  const client = await connect('v2-auto', { kind: 'stdio', environment })
  await client.call('create_agent', { name: 'Ada', human: 'Likes tea.' })
  await client.close()
  return environment
}

/** An editor that does this with the file it is given. */
function editor(home: string, body: string): Environment {
  const path = join(home, "an editor's name")
  writeFileSync(path, `#!/bin/sh\n${body}\n`)
  chmodSync(path, 0o755)
  return { EDITOR: `"${path}"` }
}

async function humanOf(environment: Environment): Promise<string> {
  const { stdout } = await runCommand(['memory', 'Ada', 'human'], environment)
  return stdout
}

describe('recollect memory --edit', () => {
  it('stores what the editor leaves, without the line feed that it adds', async () => {
    const home = newHome()
    const environment = await withAda(home)
    const write = editor(home, 'printf "Likes coffee.\\nAnd tea.\\n" > "$1"')
    const terminal = openTerminal(EDIT, { ...environment, ...write })
    await terminal.shows('human was stored.')
    expect(await terminal.ended()).toBe(0)
    expect(await humanOf(environment)).toBe('Likes coffee.\nAnd tea.\n')
    const again = openTerminal(EDIT, { ...environment, ...editor(home, 'echo >> /dev/null') })
    await again.shows('Nothing was changed')
    expect(await again.ended()).toBe(0)
  })

  it('never overwrites a concurrent edit: shows it, asks, and keeps the text', async () => {
    const home = newHome()
    const environment = await withAda(home)
    const other = await connect('v2-auto', { kind: 'stdio', environment })
    const go = join(home, 'go')
    // Sees that the editor has the old text before it is changed, then waits for that.
    const wait = `touch "${go}.open"; while [ ! -e "${go}" ]; do sleep 0.05; done`
    const write = editor(home, `${wait}; grep -q mine "$1" || echo "mine" > "$1"`)
    const terminal = openTerminal(EDIT, { ...environment, ...write })
    await expect.poll(() => existsSync(`${go}.open`), { timeout: 20_000 }).toBe(true)
    await other.call('write_memory_block', { agent: 'Ada', label: 'human', value: 'theirs' })
    writeFileSync(go, '')
    await terminal.shows(/wrote this meanwhile[\s\S]*theirs[\s\S]*\[e\/o\/q\] /)
    terminal.type(`q${ENTER}`)
    const kept = await terminal.shows(/Your text is kept in \S+\.\n/)
    expect(await terminal.ended()).toBe(1)
    const [, path = ''] = /kept in (\S+)\.\n/.exec(kept) ?? []
    expect(readFileSync(path, 'utf8')).toBe('mine\n')
    expect(await humanOf(environment)).toBe('theirs\n')

    const second = openTerminal(EDIT, {
      ...environment,
      ...editor(
        home,
        'rm -f "$0.open"; echo mine > "$1"; touch "$0.open"; while [ ! -e "$0.go" ]; do sleep 0.05; done',
      ),
    })
    const script = join(home, "an editor's name")
    await expect.poll(() => existsSync(`${script}.open`), { timeout: 20_000 }).toBe(true)
    await other.call('write_memory_block', { agent: 'Ada', label: 'human', value: 'theirs again' })
    writeFileSync(`${script}.go`, '')
    await second.shows('[e/o/q] ')
    second.type(`o${ENTER}`)
    await second.shows('was stored over version')
    expect(await second.ended()).toBe(0)
    expect(await humanOf(environment)).toBe('mine\n')
    await other.close()
  })

  it('keeps a text that is over the limit, and says what to do when the editor fails', async () => {
    const home = newHome()
    const environment = await withAda(home)
    const long = editor(home, `printf 'x%.0s' $(seq 6000) > "$1"`)
    const finished = await runCommand(EDIT.slice(2), { ...environment, ...long })
    expect(finished.code).toBe(1)
    expect(finished.stderr).toMatch(/5000[\s\S]*Your text is kept in \S+\./)
    const failing = await runCommand(EDIT.slice(2), { ...environment, EDITOR: 'false' })
    expect(failing).toMatchObject({ code: 1, stdout: '' })
    expect(failing.stderr).toMatch(/"false" ended with 1.*\$EDITOR/)
    expect(await humanOf(environment)).toBe('Likes tea.\n')
    const which = await runCommand(['memory', 'Ada', '--edit'], environment)
    expect(which.stderr).toMatch(/recollect memory <agent> <label> --edit.*persona, human/)
  })
})
