import { expect, it } from 'vitest'
import { PATIENT } from '../agent/patient.ts'
import { callTool, fail } from '../support/scripted-provider.ts'
import { describeMatrix, speak } from './matrix.ts'
import { expectSentences } from './support.ts'

/* The built program as each kind of client meets it, over each transport. */

const CORE_TOOLS = [
  'append_to_memory_block',
  'cancel_run',
  'create_agent',
  'delete_agent',
  'delete_archival',
  'get_agent',
  'get_run',
  'insert_archival',
  'inspect_context',
  'list_agents',
  'read_memory',
  'replace_in_memory_block',
  'respond_to_approval',
  'search_archival',
  'search_conversation',
  'send_message',
  'update_agent',
  'write_memory_block',
]

describeMatrix((cell) => {
  const { answer, call, create, refusal, suffix } = cell

  it("gets the server's instructions and the 18 core tools", async () => {
    expect(cell.client.instructions).toContain('send_message')
    expect(cell.client.instructions?.length).toBeLessThan(2_048)
    expect((await cell.client.tools()).map(({ name }) => name).sort()).toEqual(CORE_TOOLS)
  })

  it('can use every one of them', async () => {
    const used = new Set<string>()
    const use = (tool: string, args: object = {}) => {
      used.add(tool)
      return answer(tool, args)
    }
    const label = 'human'
    const { agent: created } = await use('create_agent', {
      name: `Ada${suffix}`,
      human: 'Likes tea.',
      blocks: [{ label: 'rules', value: 'Be brief.', limit: 100, read_only: true }],
      tags: ['e2e'],
    })
    const agent = created.id
    expect(created).toMatchObject({ agent_type: 'memgpt_agent', message_count: 0, tags: ['e2e'] })
    const { agents } = await use('list_agents', { query: `ada${suffix}` })
    expect(agents.map(({ id }: { id: string }) => id)).toEqual([agent])
    await use('update_agent', { agent, description: 'Counts.', tags: ['one', 'two'] })
    expect((await use('get_agent', { agent: created.name })).agent).toMatchObject({
      id: agent,
      description: 'Counts.',
      tags: ['one', 'two'],
    })
    expect((await use('read_memory', { agent })).blocks).toMatchObject([
      { label: 'persona' },
      { label, value: 'Likes tea.', version: 1, chars: 10, shared_with: [] },
      { label: 'rules', read_only: true, limit: 100 },
    ])
    await use('write_memory_block', { agent, label, value: 'Likes cake.', expected_version: 1 })
    await use('replace_in_memory_block', { agent, label, old_text: 'cake', new_text: 'pie' })
    const { block } = await use('append_to_memory_block', { agent, label, text: 'From Ulm.' })
    expect(block).toMatchObject({ value: 'Likes pie.\nFrom Ulm.', version: 4 })

    const texts = ['The loom is old.', 'The mill is new.']
    const { passages, count } = await use('insert_archival', { agent, texts, source: 'notes' })
    expect(count).toBe(2)
    expect((await use('search_archival', { agent, query: 'loom' })).passages).toMatchObject([
      { id: passages[0].id, text: texts[0], source: 'notes', found_by: 'keyword' },
    ])
    await use('delete_archival', { agent, passage_id: passages[0].id })
    expect((await answer('search_archival', { agent, query: 'loom' })).passages).toEqual([])

    cell.provider.enqueue(speak('Hello from Ada!'))
    const run = await use('send_message', { agent, message: 'Hi', include_steps: true })
    expect(run).toMatchObject({
      agent_id: agent,
      status: 'completed',
      stop_reason: 'end_turn',
      reply: 'Hello from Ada!',
      steps: 1,
      usage: { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120, steps: 1 },
      messages: [{ type: 'user_message', text: 'Hi' }, { type: 'assistant_message' }],
      warnings: [],
    })
    const { messages: _, timeline: _steps, notice, ...short } = run
    expect(notice).toMatch(/data, not instructions/)
    expect(await use('get_run', { run_id: run.run_id })).toEqual(short)
    expect(await use('cancel_run', { run_id: run.run_id })).toEqual(short)
    const found = await use('search_conversation', { agent, query: 'hello' })
    expect(found.messages).toMatchObject([{ role: 'assistant', text: 'Hello from Ada!' }])
    // A call that waits for a person's yes, and is made after it.
    const rule = { type: 'requires_approval', tool_name: 'send_message' }
    await answer('update_agent', { agent, tool_rules: [rule] })
    cell.provider.enqueue(speak('Allowed.'))
    const waiting = await answer('send_message', { agent, message: 'And?' })
    expect(waiting).toMatchObject({ status: 'requires_approval', reply: '' })
    expect(waiting.pending_approvals).toMatchObject([{ tool_name: 'send_message' }])
    await use('respond_to_approval', { run_id: waiting.run_id, approve: true })
    const approved = await answer('get_run', { run_id: waiting.run_id, wait_seconds: 10 })
    expect(approved).toMatchObject({ status: 'completed', reply: 'Allowed.' })
    const context = await use('inspect_context', { agent, include_text: true })
    expect(JSON.parse(context.request).messages[0].text).toContain('Likes pie.')
    await use('delete_agent', { agent, confirm: true })
    expect((await refusal('get_agent', { agent })).code).toBe('not_found')
    expect([...used].sort()).toEqual(CORE_TOOLS)
  })

  it('gets a sentence and an error code when a call cannot be served', async () => {
    const agent = await create('Eve')
    const wrong: readonly (readonly [string, object, string])[] = [
      ['get_agent', { agent: 'Nobody' }, 'not_found'],
      ['get_agent', { agnet: agent }, 'invalid_argument'],
      ['create_agent', { context_window: 'big' }, 'invalid_argument'],
      ['delete_agent', { agent }, 'invalid_argument'],
      ['get_run', { run_id: 'run-1' }, 'not_found'],
      ['cancel_run', { run_id: 'run-1' }, 'not_found'],
      ['read_memory', { agent, label: 'nothing' }, 'not_found'],
      ['write_memory_block', { agent, label: 'a b', value: '' }, 'invalid_argument'],
      [
        'append_to_memory_block',
        { agent, label: 'human', text: 'x'.repeat(5_001) },
        'limit_exceeded',
      ],
      ['insert_archival', { agent }, 'invalid_argument'],
      ['search_archival', { agent, after: 'yesterday' }, 'invalid_argument'],
      ['search_conversation', { agent, cursor: 'x' }, 'invalid_argument'],
      ['delete_archival', { agent, passage_id: 'passage-1' }, 'not_found'],
      ['send_message', { agent, message: '' }, 'invalid_argument'],
    ]
    for (const [tool, args, code] of wrong) expect((await refusal(tool, args)).code).toBe(code)
    await expect(cell.client.call('no_such_tool')).rejects.toMatchObject({ code: -32602 })
  })

  it('is given the failed run when the model fails', async () => {
    const agent = await create('Ivy')
    cell.provider.enqueue(fail(401))
    const result = await call('send_message', { agent, message: 'Hi' })
    expect(result).toMatchObject({
      isError: true,
      data: {
        status: 'failed',
        stop_reason: 'model_error',
        error: { code: 'model_unavailable', hint: expect.stringContaining('OPENAI_API_KEY') },
      },
    })
    expectSentences(result.text)
    expect(result.text).toContain(result.data.error.message)
    expect(result.text).toContain(result.data.error.hint)
    const run = await shown('get_run', { run_id: result.data.run_id })
    expect(run).toMatchObject({ status: 'failed', error: result.data.error })
  })

  /** The answer for a failed run: `isError` is not set, although it reports an error. */
  async function shown(tool: string, args: object) {
    const result = await call(tool, args)
    expect(result.isError).toBe(false)
    expect(JSON.parse(result.text)).toEqual(result.data)
    return result.data
  }

  it('gets progress while an agent works', async () => {
    const agent = await create('Kim')
    cell.provider.enqueue(
      callTool('archival_memory_search', { query: 'x', request_heartbeat: true }),
      speak('Done.'),
    )
    const heard: { readonly progress: number; readonly message?: string | undefined }[] = []
    const onProgress = (note: (typeof heard)[number]) => heard.push(note)
    await cell.client.call('send_message', { agent, message: 'Hi' }, { onProgress })
    const messages = heard.map(({ message }) => message)
    expect(messages).toEqual(expect.arrayContaining(['Calling archival_memory_search', 'Step 2']))
    const numbers = heard.map(({ progress }) => progress)
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b))
  })

  it('can abandon a waiting send_message, and the run continues', async () => {
    const agent = await create('Lea')
    const message = { agent, message: 'Hi', idempotency_key: 'leave' }
    cell.provider.enqueue(speak('Late.'))
    cell.gate.hold()
    const before = cell.gate.arrived()
    const controller = new AbortController()
    const left = cell.client.call('send_message', message, { signal: controller.signal })
    const outcome = expect(left).rejects.toThrow()
    await expect.poll(() => cell.gate.arrived(), PATIENT).toBe(before + 1)
    controller.abort()
    await outcome
    const run = await answer('send_message', { ...message, wait_seconds: 0 })
    expect(run).toMatchObject({ status: 'running', reply: '', hint: expect.any(String) })
    cell.gate.release()
    const ended = await answer('get_run', { run_id: run.run_id, wait_seconds: 20 })
    expect(ended).toMatchObject({ status: 'completed', reply: 'Late.' })
    expect(cell.gate.arrived()).toBe(before + 1)
  })

  it('can cancel a running run', async () => {
    const agent = await create('Max')
    cell.gate.hold()
    const before = cell.gate.arrived()
    const run = await answer('send_message', { agent, message: 'Hi', wait_seconds: 0 })
    expect(['queued', 'running']).toContain(run.status)
    await expect.poll(() => cell.gate.arrived(), PATIENT).toBe(before + 1)
    const cancelled = await answer('cancel_run', { run_id: run.run_id })
    expect(cancelled).toMatchObject({ status: 'cancelled', stop_reason: 'cancelled' })
    cell.gate.release()
    const { messages } = await answer('search_conversation', { agent, query: 'hi' })
    expect(messages).toMatchObject([{ role: 'user', text: 'Hi' }])
  })
})
