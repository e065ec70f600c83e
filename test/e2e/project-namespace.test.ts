import { afterAll, expect, it } from 'vitest'
import { connect } from '../support/connect.ts'
import { expectOneLine, newHome, removeHomes, runCommand, withoutKey } from './support.ts'

afterAll(removeHomes)

it.each([
  ['project', 'CLAUDE_PROJECT_DIR', '/home/ben/kites', '/home/eva/kites'],
  ['session', 'CLAUDE_CODE_SESSION_ID', '0b9d5c1e', '4f0c7a2d'],
])('agents of one %s are not those of another', async (namespace, variable, here, there) => {
  const home = newHome()
  const at = (value: string) => {
    const environment = {
      ...withoutKey(home),
      RECOLLECT_NAMESPACE: namespace,
      [variable]: value,
    }
    return connect('v2-legacy', { kind: 'stdio', environment })
  }
  const names = async (value: string) => {
    const client = await at(value)
    const { agents } = (await client.call('list_agents')).data
    await client.close()
    return agents.map(({ name }: { name: string }) => name)
  }
  const client = await at(here)
  await client.call('create_agent', { name: 'Ada' })
  await client.close()
  expect(await names(there)).toEqual([])
  expect(await names(here)).toEqual(['Ada'])
})

it.each(['project', 'session'])('without knowing the %s nothing starts', async (namespace) => {
  const settings = { ...withoutKey(newHome()), RECOLLECT_NAMESPACE: namespace }
  const finished = await runCommand(['stdio'], settings)
  expect(finished.code).toBe(2)
  expectOneLine(finished)
  expect(finished.stderr).toMatch(/RECOLLECT_NAMESPACE.*CLAUDE_/)
})
