import { expect, it } from 'vitest'
import { PATIENT } from '../agent/patient.ts'
import { TEST_SERVER } from '../support/own-database.ts'
import { callTool } from '../support/scripted-provider.ts'
import { describeMatrix, speak } from './matrix.ts'

/** On a busy machine, notices of what was made before may come after a client has begun to listen. */
const noticesHaveGone = () => new Promise((resolve) => setTimeout(resolve, 1_000))

/* Notifications for each kind of client over each transport. */

describeMatrix((cell) => {
  const { answer, create } = cell
  /** If changes are read from a server, an earlier change may be reported a moment later. */
  async function listenAnew(uris: readonly string[]) {
    const heard = await cell.client.listen(uris)
    if (TEST_SERVER === undefined) return heard
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    heard.clear()
    return heard
  }

  it('is notified when its block is edited, and not for another', async () => {
    const agent = await create('Quin')
    const root = `recollect://agents/${agent}`
    await noticesHaveGone()
    const heard = await listenAnew([`${root}/memory/human`, `${root}/memory`])
    await answer('append_to_memory_block', { agent, label: 'persona', text: 'Kind.' })
    await expect.poll(() => heard.updated, PATIENT).toEqual([`${root}/memory`])
    heard.clear()
    await answer('write_memory_block', { agent, label: 'human', value: 'Likes tea.' })
    await expect
      .poll(() => [...heard.updated].sort(), PATIENT)
      .toEqual([`${root}/memory`, `${root}/memory/human`])
    expect((await cell.client.read(`${root}/memory/human`)).text).toBe('Likes tea.')
    await heard.stop()
    heard.clear()
    await answer('write_memory_block', { agent, label: 'human', value: 'Likes cake.' })
    const again = await listenAnew([`${root}/memory/human`])
    await answer('write_memory_block', { agent, label: 'human', value: 'Likes pie.' })
    await expect.poll(() => again.updated, PATIENT).toContain(`${root}/memory/human`)
    expect([...heard.updated, ...again.updated]).not.toContain(`${root}/memory`)
    await again.stop()
  })

  it("is notified of an agent's background work", async () => {
    const agent = await create('Rita')
    const root = `recollect://agents/${agent}`
    cell.gate.hold()
    const { run_id } = await answer('send_message', { agent, message: 'Hi', wait_seconds: 0 })
    const uris = [
      root,
      `${root}/memory/human`,
      `${root}/messages`,
      `${root}/context`,
      `recollect://runs/${run_id}`,
    ]
    const heard = await listenAnew(uris)
    cell.provider.enqueue(
      callTool('core_memory_append', {
        label: 'human',
        content: 'Is Ben.',
        request_heartbeat: true,
      }),
      speak('Hello Ben!'),
    )
    cell.gate.release()
    await expect.poll(() => [...new Set(heard.updated)].sort(), PATIENT).toEqual(uris.sort())
    const read = async () => JSON.parse((await cell.client.read(`recollect://runs/${run_id}`)).text)
    await expect.poll(async () => (await read()).status, PATIENT).toBe('completed')
    await heard.stop()
  })

  it('is notified when agents come and go, and once of what was deleted with them', async () => {
    const agent = await create('Sam')
    const { passages } = await answer('insert_archival', { agent, text: 'The loom is old.' })
    const root = `recollect://agents/${agent}`
    const passage = `recollect://passages/${passages[0].id}`
    const uris = ['recollect://agents', root, `${root}/memory/human`, passage]
    await noticesHaveGone()
    const heard = await listenAnew(uris)
    await answer('insert_archival', { agent, text: 'The mill is new.' })
    await expect.poll(() => heard.updated, PATIENT).toEqual([root])
    heard.clear()
    await answer('delete_agent', { agent, confirm: true })
    await expect.poll(() => [...new Set(heard.updated)].sort(), PATIENT).toEqual(uris.sort())
    for (const uri of [`${root}/memory/human`, passage]) {
      expect(heard.updated.filter((told) => told === uri)).toHaveLength(1)
    }
    await expect.poll(() => heard.listChanges(), PATIENT).toBeGreaterThan(0)
    heard.clear()
    await create('Tom')
    await expect.poll(() => [...new Set(heard.updated)], PATIENT).toEqual(['recollect://agents'])
    await expect.poll(() => heard.listChanges(), PATIENT).toBeGreaterThan(0)
    await heard.stop()
  })

  it('may subscribe to a missing resource, and is notified when it appears', async () => {
    const agent = await create('Uma')
    const diary = `recollect://agents/${agent}/memory/diary`
    await noticesHaveGone()
    const heard = await listenAnew(['test://nothing', diary])
    await answer('write_memory_block', { agent, label: 'diary', value: 'Monday.' })
    await expect.poll(() => heard.updated, PATIENT).toEqual([diary])
    await heard.stop()
  })

  it('gets few notices of a burst, and one after its last change', async () => {
    const agent = await create('Vic')
    const human = `recollect://agents/${agent}/memory/human`
    const heard = await listenAnew([human])
    const write = (value: string) => answer('write_memory_block', { agent, label: 'human', value })
    const seen: string[] = []
    const began = performance.now()
    for (let number = 1; number <= 100; number += 1) await write(`${number}`)
    await expect
      .poll(async () => {
        const count = heard.updated.length
        if (count > seen.length) seen.push((await cell.client.read(human)).text)
        return seen.at(-1)
      }, PATIENT)
      .toBe('100')
    const elapsed = performance.now() - began
    expect(heard.updated.length).toBeLessThan(2 + elapsed / 50)
    await heard.stop()
  })
})
