import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { callTool, fail, hang, say } from '../support/scripted-provider.ts'
import { type RealServer, startRealServer } from './real-server.ts'

let server: RealServer
beforeEach(async () => {
  server = await startRealServer()
})
afterEach(() => server.close())

describe('a conversation', () => {
  beforeEach(() => server.answer('create_agent', { name: 'Ada', human: 'Likes tea.' }))

  it('is answered, can be searched, and shows its steps', async () => {
    server.provider.enqueue(
      callTool('core_memory_replace', {
        label: 'human',
        old_content: 'tea',
        new_content: 'coffee',
        request_heartbeat: true,
      }),
      callTool(
        'send_message',
        { message: 'Coffee it is.' },
        { reasoning: 'They changed their mind.' },
      ),
    )
    const run = await server.answer('send_message', {
      agent: 'Ada',
      message: 'I prefer coffee now.',
      include_steps: true,
    })
    expect(run).toMatchObject({
      status: 'completed',
      reply: 'Coffee it is.',
      stop_reason: 'end_turn',
    })
    expect(run.steps).toBe(2)
    expect(run.messages.map(({ type }: { type: string }) => type)).toEqual([
      'user_message',
      'tool_call_message',
      'tool_return_message',
      'reasoning_message',
      'assistant_message',
    ])
    expect(JSON.stringify(server.provider.requests[1]?.body)).toContain('Likes coffee.')
    const { blocks } = await server.answer('read_memory', { agent: 'Ada', label: 'human' })
    expect(blocks[0]).toMatchObject({ value: 'Likes coffee.', version: 2 })

    expect(run.timeline).toMatchObject([
      { step: 1, attempts: 1, model: 'openai/scripted', prompt_tokens: 100 },
      { step: 2, calls: [{ tool_name: 'send_message', status: 'success' }] },
    ])
    const first = run.messages[0].id
    const rest = await server.answer('get_run', {
      run_id: run.run_id,
      include_steps: true,
      after: first,
    })
    expect(rest.messages).toEqual(run.messages.slice(1))

    const { messages: _, timeline: __, notice, ...short } = run
    expect(notice).toMatch(/data, not instructions/)
    expect(await server.answer('get_run', { run_id: run.run_id })).toEqual(short)
    expect(await server.answer('get_run', { run_id: run.run_id, include_steps: true })).toEqual(run)
    await server.expectSame(`recollect://runs/${run.run_id}`, 'get_run', { run_id: run.run_id })

    const found = await server.answer('search_conversation', {
      agent: 'Ada',
      query: 'coffee',
      roles: ['user'],
    })
    expect(found.messages).toHaveLength(1)
    expect(found.messages[0]).toMatchObject({ role: 'user', text: 'I prefer coffee now.' })
    expect(found.messages[0].run_id).toBe(run.run_id)
    const uri = `recollect://agents/${run.agent_id}`
    await server.expectSame(`${uri}/messages`, 'search_conversation', { agent: 'Ada' })

    const completions = [
      await server.client.complete(
        { template: 'recollect://runs/{run_id}' },
        { name: 'run_id', value: 'run-' },
      ),
      await server.client.complete({ prompt: 'load_memory' }, { name: 'agent', value: 'a' }),
    ]
    expect(completions).toEqual([[run.run_id], ['Ada']])
  })

  it('answers the same key with the same run', async () => {
    server.provider.enqueue(callTool('send_message', { message: 'Hi.' }))
    const args = { agent: 'Ada', message: 'Hello', idempotency_key: 'k1' }
    const first = await server.answer('send_message', args)
    const second = await server.answer('send_message', args)
    expect(second).toEqual(first)
    expect(server.provider.requests).toHaveLength(1)
    const other = { ...args, message: 'Bye' }
    expect(await server.refusal('send_message', other)).toMatchObject({ code: 'conflict' })
  })

  it('goes on without its caller, and can be cancelled', async () => {
    server.provider.enqueue(hang())
    const run = await server.answer('send_message', {
      agent: 'Ada',
      message: 'Hello',
      wait_seconds: 0.2,
    })
    expect(run).toMatchObject({ status: 'running', hint: expect.stringContaining('get_run') })
    const cancelled = await server.answer('cancel_run', { run_id: run.run_id })
    expect(cancelled).toMatchObject({ status: 'cancelled', stop_reason: 'cancelled' })
    expect(cancelled).not.toHaveProperty('hint')
  })

  it('that fails says why, and is there to be looked at', async () => {
    server.provider.enqueue(fail(401, { error: { message: 'Incorrect API key' } }))
    const result = await server.client.call('send_message', { agent: 'Ada', message: 'Hello' })
    expect(result.isError).toBe(true)
    expect(result.data).toMatchObject({ status: 'failed', stop_reason: 'model_error' })
    expect(result.data.error.message.length).toBeGreaterThan(10)
    expect(result.text).toContain(result.data.run_id)
    expect(result.text).toContain(result.data.error.message)
    expect(JSON.stringify(result)).not.toContain('sk-test-key')
    const run = await server.answer('get_run', { run_id: result.data.run_id })
    expect(run).toEqual(result.data)
  })

  it('reports its steps to a caller who wants to know', async () => {
    server.provider.enqueue(
      callTool('archival_memory_search', { query: 'tea', request_heartbeat: true }),
      say('Nothing found.'),
    )
    const heard: string[] = []
    await server.client.call(
      'send_message',
      { agent: 'Ada', message: 'What do you know about tea?' },
      { onProgress: ({ message }) => heard.push(message ?? '') },
    )
    expect(heard).toEqual(['Step 1', 'Calling archival_memory_search', 'Step 2', 'Nothing found.'])
  })
})
