import { once } from 'node:events'
import { afterAll, describe, expect, it } from 'vitest'
import { type Connection, connect, type ServeProcess, startServe } from '../support/connect.ts'
import { callTool, say, startScriptedProvider } from '../support/scripted-provider.ts'
import { startFront } from '../support/wires/front.ts'
import { signatureOf } from '../support/wires/messages-check.ts'
import { encrypt } from '../support/wires/responses-check.ts'
import { newHome, removeHomes, withModel } from './support.ts'

/*
 * Reasoning that a provider wants back survives an approval, a SIGKILL, compaction, export and import. The servers of
 * the native APIs refuse requests in which it is missing or changed.
 */

afterAll(removeHomes)

const THOUGHT = 'Ada likes tea, so I keep it.'
const SENT_BACK = {
  chat: JSON.stringify({ reasoning_content: THOUGHT }).slice(1, -1),
  messages: signatureOf(THOUGHT),
  responses: encrypt(THOUGHT),
} as const

async function answer(client: Connection, tool: string, args: object) {
  const { isError, text, data } = await client.call(tool, args)
  expect(isError, text).toBe(false)
  return data
}

async function kill({ process }: ServeProcess): Promise<void> {
  const died = once(process, 'exit')
  process.kill('SIGKILL')
  await died
}

describe.each(['chat', 'messages', 'responses'] as const)('reasoning over %s', (wire) => {
  it('goes back after an approval, a SIGKILL, compaction, export and import', async () => {
    const provider = await startScriptedProvider()
    const front = wire === 'chat' ? null : await startFront(wire, provider.baseUrl)
    const environment = {
      ...withModel(newHome(), { baseUrl: front?.baseUrl ?? provider.baseUrl }),
      RECOLLECT_OPENAI_API: wire,
      RECOLLECT_TOOLSETS: 'core,admin,transfer',
      RECOLLECT_LEASE_SECONDS: '2',
    }
    const sent = () => JSON.stringify((front ?? provider).requests.at(-1)?.body)
    const speak = (message: string) => callTool('send_message', { thinking: 'So.', message })
    const talk = (client: Connection, agent: string, message: string) =>
      answer(client, 'send_message', { agent, message, wait_seconds: 25 })

    const doomed = await startServe(environment)
    const first = await connect('v2-auto', { kind: 'http', url: doomed.url })
    const { agent } = await answer(first, 'create_agent', { name: 'Ada' })
    await answer(first, 'update_agent', {
      agent: agent.id,
      tool_rules: [{ type: 'requires_approval', tool_name: 'archival_memory_insert' }],
    })
    await answer(first, 'configure_agent', { agent: agent.id, reasoning: 'low' })
    for (const text of ['One.', 'Two.']) {
      provider.enqueue(speak(text))
      expect(await talk(first, agent.id, 'Count.')).toMatchObject({ reply: text })
    }
    provider.enqueue(
      callTool(
        'archival_memory_insert',
        { thinking: 'I keep it.', content: 'Ada likes tea.', request_heartbeat: true },
        { reasoning: THOUGHT },
      ),
    )
    const waiting = await talk(first, agent.id, 'I like tea.')
    expect(waiting.status).toBe('requires_approval')
    await kill(doomed)
    await first.close().catch(() => undefined)

    const serving = await startServe(environment)
    const client = await connect('v2-auto', { kind: 'http', url: serving.url })
    provider.enqueue(speak('Kept.'))
    await answer(client, 'respond_to_approval', {
      run_id: waiting.run_id,
      tool_call_id: waiting.pending_approvals[0].tool_call_id,
      approve: true,
    })
    const done = await answer(client, 'get_run', { run_id: waiting.run_id, wait_seconds: 25 })
    expect(done).toMatchObject({ status: 'completed', reply: 'Kept.' })
    expect(sent()).toContain(SENT_BACK[wire])

    provider.enqueue(say('They counted.'))
    const compacted = await answer(client, 'compact_context', { agent: agent.id })
    expect(compacted.evicted).toBeGreaterThan(0)
    provider.enqueue(speak('Still here.'))
    expect(await talk(client, agent.id, 'And now?')).toMatchObject({ reply: 'Still here.' })
    expect(sent()).toContain('They counted.')
    expect(sent()).toContain(SENT_BACK[wire])

    let text = ''
    for (let page = await answer(client, 'export_agent', { agent: agent.id }); ; ) {
      text += page.text
      if (page.next_offset === undefined) break
      page = await answer(client, 'export_agent', {
        agent: agent.id,
        export_id: page.export_id,
        offset: page.next_offset,
      })
    }
    const imported = await answer(client, 'import_agent', { text })
    provider.enqueue(speak('Again.'))
    expect(await talk(client, imported.agent.id, 'And you?')).toMatchObject({ reply: 'Again.' })
    expect(sent()).toContain(SENT_BACK[wire])

    expect(front?.refusals ?? []).toEqual([])
    await client.close()
    expect(await serving.stop()).toBe(0)
    await front?.close()
    await provider.close()
  })
})
