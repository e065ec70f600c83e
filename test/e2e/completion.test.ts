import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { BINARY, connect } from '../support/connect.ts'
import { CONTROL_D, ENTER, openTerminal, TAB } from '../support/terminal.ts'
import { newHome, removeHomes, runCommand, withoutKey } from './support.ts'

/* Completion with the tab key in a shell. */

afterAll(removeHomes)

/** A directory for the PATH in which `recollect` is the program. */
function onPath(home: string): string {
  const directory = join(home, 'bin')
  mkdirSync(directory)
  const path = join(directory, 'recollect')
  writeFileSync(path, `#!/bin/sh\nexec "${process.execPath}" "${BINARY}" "$@"\n`)
  chmodSync(path, 0o755)
  return `${directory}:${process.env.PATH ?? ''}`
}

async function withAgents() {
  const home = newHome()
  const environment = withoutKey(home)
  const client = await connect('v2-auto', { kind: 'stdio', environment })
  await client.call('create_agent', { name: 'Adalbert' })
  const evil = await client.call('create_agent', { name: `$(touch ${home}/owned) evil` })
  await client.close()
  return { home, environment, evil: evil.data.agent.id as string }
}

async function words(environment: Parameters<typeof runCommand>[1], ...typed: readonly string[]) {
  const { stdout } = await runCommand(['complete', '--', ...typed], environment)
  const [kind, ...lines] = stdout.trimEnd().split('\n')
  return { kind, words: lines.map((line) => line.split('\t')[0]) }
}

describe('completion', () => {
  it('offers commands, flags, values, agents and files in the right places', async () => {
    const { environment, evil } = await withAgents()
    expect((await words(environment, 'do')).words).toEqual(['doctor'])
    expect((await words(environment, '')).words).toEqual(
      expect.arrayContaining(['serve', 'chat', 'completion', 'help']),
    )
    expect((await words(environment, '')).words).not.toContain('complete')
    expect((await words(environment, 'token', 'r')).words).toEqual(['revoke'])
    expect((await words(environment, 'serve', '--po')).words).toEqual(['--port'])
    expect((await words(environment, 'serve', '--log', 'd')).words).toEqual(['debug'])
    expect((await words(environment, 'completion', '')).words).toEqual(['bash', 'zsh', 'fish'])
    expect((await words(environment, 'import', '')).kind).toBe('files')
    expect((await words(environment, 'import', 'a.json', '')).kind).toBe('files')
    expect((await words(environment, 'chat', '')).words).toEqual(
      expect.arrayContaining(['Adalbert', evil]),
    )
    expect((await words({}, 'chat', '')).words).toEqual([])
  })

  const SHELLS = [
    ['bash', '/bin/bash', ['--norc', '--noprofile', '-i']],
    ['zsh', '/usr/bin/zsh', ['-f', '-i']],
    ['fish', '/usr/bin/fish', ['--no-config', '-i']],
  ] as const
  it.each(SHELLS.filter(([, path]) => existsSync(path)))(
    'works in %s at a terminal, and never evaluates a name as code',
    async (shell, path, flags) => {
      const { home, environment } = await withAgents()
      const settings = { ...environment, PATH: onPath(home), HOME: home, PS1: '> ' }
      const terminal = openTerminal([path, ...flags], settings)
      const begin = {
        bash: 'source <(recollect completion bash)',
        zsh: 'autoload -U compinit; compinit -u; source <(recollect completion zsh)',
        fish: 'recollect completion fish | source',
      }[shell]
      terminal.type(`${begin}; echo rea''dy${ENTER}`)
      await terminal.shows('ready')
      terminal.type(`recollect doc${TAB}`)
      await terminal.shows('recollect doctor')
      terminal.type(`--js${TAB}`)
      await terminal.shows('--json')
      terminal.type(`\u0015recollect chat Ad${TAB}`)
      await terminal.shows('Adalbert')
      terminal.type(`\u0015recollect chat ${TAB}${TAB}`)
      await terminal.shows('agent-')
      terminal.type(`\u0015${CONTROL_D}`)
      await terminal.ended()
      expect(existsSync(join(home, 'owned'))).toBe(false)
    },
  )

  it('for another shell is refused', async () => {
    const unknown = await runCommand(['completion', 'csh'], {})
    expect(unknown).toMatchObject({ code: 2, stdout: '' })
    expect(unknown.stderr).toMatch(/csh.*bash, zsh, fish/)
  })
})
