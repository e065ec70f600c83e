import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { BINARY } from '../support/connect.ts'
import { openTerminal } from '../support/terminal.ts'
import { expectOneLine, newHome, removeHomes, runCommand, withoutKey } from './support.ts'

/* recollect load, as the built program. */

afterAll(removeHomes)

async function newAgent() {
  const environment = withoutKey(newHome())
  const home = environment.RECOLLECT_HOME ?? ''
  // The shortest way to an agent without a server.
  await runCommand(['chat', 'Ada', '--create'], environment)
  const made = await runCommand(['agents', '--json'], environment)
  return { environment, home, made }
}

describe('recollect load', () => {
  it('loads a folder of any path, says what it took, and takes nothing twice', async () => {
    const { environment, home } = await newAgent()
    const folder = join(home, 'notes')
    mkdirSync(join(folder, 'deep'), { recursive: true })
    writeFileSync(join(folder, 'a.md'), '# Pots\n\nThe key is under the blue pot.')
    writeFileSync(join(folder, 'deep/b.txt'), 'Low tide is at noon.')
    const plan = await runCommand(['load', folder, '--agent', 'Ada', '--dry-run'], environment)
    expect(plan.stdout).toBe('Would take 2 passages from 2 files.\nNothing was stored.\n')
    const loaded = await runCommand(['load', folder, '--agent', 'Ada', '--json'], environment)
    expect(loaded, loaded.stderr).toMatchObject({ code: 0 })
    expect(JSON.parse(loaded.stdout)).toMatchObject({
      ...{ status: 'completed', report: 'Took 2 passages from 2 files.' },
    })
    const again = await runCommand(['load', folder, '--agent', 'Ada'], environment)
    expect(again.stdout).toBe('Took nothing new from 2 files.\n2 entries were there already.\n')
  })

  it('shows a bar on a terminal, and then the report', async () => {
    const { environment, home } = await newAgent()
    const folder = join(home, 'many')
    mkdirSync(folder)
    for (let file = 0; file < 80; file += 1) writeFileSync(join(folder, `${file}.md`), `N ${file}.`)
    const command = [process.execPath, BINARY, 'load', folder, '--agent', 'Ada']
    const terminal = openTerminal(command, environment)
    await terminal.shows(/Took 80 passages from 80 files\./)
    expect(await terminal.ended()).toBe(0)
    expect(terminal.raw()).toMatch(/load +\[#*\.+\] \d+ % {2}\d+ of 80 files/)
  })

  it('refuses what it can not load in one line', async () => {
    const { environment, home } = await newAgent()
    for (const [args, message] of [
      [['load', join(home, 'missing'), '--agent', 'Ada'], /no file or folder at/],
      [['load', home, '--agent', 'Nobody'], /No agent is named "Nobody"/],
      [['load', 'https://127.0.0.1/x', '--agent', 'Ada'], /not an address on the public internet/],
      [['load', 'http://example.com/', '--agent', 'Ada'], /Only https/],
    ] as const) {
      const finished = await runCommand(args, environment)
      expect(finished.code).not.toBe(0)
      expectOneLine(finished)
      expect(finished.stderr).toMatch(message)
    }
  })

  it('watches a folder until it is stopped, and tells each change', async () => {
    const { environment, home } = await newAgent()
    const folder = join(home, 'watched')
    mkdirSync(folder)
    writeFileSync(join(folder, 'a.md'), 'The key is under the blue pot.')
    const args = [BINARY, 'load', folder, '--agent', 'Ada', '--watch']
    const child = spawn(process.execPath, args, { env: environment, stdio: 'pipe' })
    let said = ''
    child.stdout.on('data', (piece) => {
      said += piece
    })
    const says = (pattern: RegExp) =>
      vi.waitFor(() => expect(said).toMatch(pattern), { timeout: 60_000, interval: 50 })
    try {
      await says(/Took 1 passage from 1 file\./)
      writeFileSync(join(folder, 'a.md'), 'The key is in the shed.')
      await says(/1 passage of earlier versions is superseded\./)
      rmSync(join(folder, 'a.md'))
      await says(/1 passage whose text is gone is retired\./)
    } finally {
      child.kill('SIGINT')
    }
    expect(await once(child, 'close')).toEqual([0, null])
  }, 120_000)
})
