import { describe, expect, it, vi } from 'vitest'
import type { AgentEvent } from '../../src/core/event.ts'
import { type Run, rootOrigin } from '../../src/core/run.ts'
import { presentMessage } from '../../src/mcp/present/present-run.ts'
import { serveOverHttp } from '../../src/mcp/transports/http.ts'
import type { RunsPort } from '../../src/service/context.ts'
import { openToAll } from '../support/access.ts'
import { CLIENT_KINDS, connect, connectInProcess } from '../support/connect.ts'
import { stubServer } from './stub-context.ts'

const NOW = '2026-01-01T00:00:00.000Z'

const QUEUED: Run = {
  id: 'run-1',
  agentId: 'agent-1',
  conversationId: 'conv-1',
  ...rootOrigin('run-1'),
  notice: 'none',
  jobId: null,
  status: 'queued',
  stopReason: null,
  waitingFor: null,
  retryAt: null,
  missing: null,
  input: 'hello',
  pictures: [],
  idempotencyKey: null,
  maxSteps: 50,
  cancelRequested: false,
  clientSamples: false,
  scopes: ['read', 'chat', 'write', 'admin'],
  usage: { promptTokens: 1, completionTokens: 2, totalTokens: 3, cachedTokens: 0, steps: 1 },
  error: null,
  warnings: [],
  createdAt: NOW,
  startedAt: null,
  completedAt: null,
}
const DONE: Run = { ...QUEUED, status: 'completed', stopReason: 'end_turn', completedAt: NOW }

function runs(end: Run, wait?: RunsPort['wait']): Partial<RunsPort> {
  return {
    send: async () => ({ run: QUEUED, reply: '', pendingApprovals: [] }),
    get: async () => ({ run: end, reply: '', pendingApprovals: [] }),
    wait: wait ?? (async () => ({ run: end, reply: 'Hi!', pendingApprovals: [] })),
    messages: async () => [],
    onProgress: () => () => undefined,
  }
}

const MESSAGE = { agent: 'a', message: 'hello' }

describe('send_message', () => {
  it('answers with the run', async () => {
    const client = await connectInProcess(stubServer({ runs: runs(DONE) }).createServer)
    const result = await client.call('send_message', MESSAGE)
    expect(result.isError).toBe(false)
    expect(result.data).toEqual({
      run_id: 'run-1',
      agent_id: 'agent-1',
      conversation_id: 'conv-1',
      status: 'completed',
      reply: 'Hi!',
      stop_reason: 'end_turn',
      steps: 1,
      usage: {
        prompt_tokens: 1,
        completion_tokens: 2,
        total_tokens: 3,
        cached_tokens: 0,
        steps: 1,
      },
      created_at: NOW,
      completed_at: NOW,
      warnings: [],
    })
    expect(JSON.parse(result.text)).toEqual(result.data)
  })

  it('says how to go on when the agent is still at work', async () => {
    const running: Run = { ...QUEUED, status: 'running' }
    const client = await connectInProcess(stubServer({ runs: runs(running) }).createServer)
    const result = await client.call('send_message', { ...MESSAGE, wait_seconds: 1 })
    expect(result.isError).toBe(false)
    expect(result.data).toMatchObject({ status: 'running', run_id: 'run-1' })
    expect(result.data.hint).toContain('get_run')
  })

  it('does not wait when told not to', async () => {
    const wait = () => Promise.reject(new Error('waited'))
    const client = await connectInProcess(stubServer({ runs: runs(DONE, wait) }).createServer)
    const result = await client.call('send_message', { ...MESSAGE, wait_seconds: 0 })
    expect(result.data).toMatchObject({ status: 'queued' })
  })

  it('is an error when the run failed; get_run of that run is not', async () => {
    const error = { code: 'model_unavailable', message: 'No model.', hint: 'Start it.' } as const
    const failed: Run = { ...QUEUED, status: 'failed', stopReason: 'model_error', error }
    const client = await connectInProcess(stubServer({ runs: runs(failed) }).createServer)
    const sent = await client.call('send_message', MESSAGE)
    expect(sent).toMatchObject({ isError: true, text: 'No model. Start it. (run_id: run-1)' })
    expect(sent.data).toMatchObject({ run_id: 'run-1', status: 'failed', error })
    const got = await client.call('get_run', { run_id: 'run-1' })
    expect(got).toMatchObject({ isError: false, data: { status: 'failed', error } })
  })

  it.each(['v2-legacy', 'v2-auto'] as const)('reports progress to a %s client', async (kind) => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] })
    try {
      let listen: (event: AgentEvent) => void = () => undefined
      const common = { runId: 'run-1', agentId: 'agent-1' } as const
      const server = stubServer({
        runs: {
          ...runs(DONE, async () => {
            listen({ type: 'step_started', ...common, step: 1 })
            listen({ type: 'tool_called', ...common, toolName: 'archival_memory_search' })
            vi.advanceTimersByTime(20_500)
            return { run: DONE, reply: 'Hi!', pendingApprovals: [] }
          }),
          onProgress: (_, listener) => {
            listen = listener
            return () => undefined
          },
        },
      })
      const client = await connectInProcess(server.createServer, kind)
      const heard: { readonly progress: number; readonly message?: string | undefined }[] = []
      await client.call('send_message', MESSAGE, { onProgress: (note) => heard.push(note) })
      expect(heard.map(({ message }) => message)).toEqual([
        'Step 1',
        'Calling archival_memory_search',
        'Still working after 10 s',
        'Still working after 20 s',
      ])
      expect(heard.map(({ progress }) => progress)).toEqual([1, 2, 3, 4])
    } finally {
      vi.useRealTimers()
    }
  })

  const WAYS = CLIENT_KINDS.flatMap((kind) =>
    (['stdio', 'http'] as const).map((transport) => [kind, transport] as const),
  )
  it.each(WAYS)('stops waiting when a %s caller over %s leaves', async (kind, transport) => {
    let began: () => void = () => undefined
    const begun = new Promise<void>((resolve) => {
      began = resolve
    })
    let left: () => void = () => undefined
    const leaving = new Promise<void>((resolve) => {
      left = resolve
    })
    const wait: RunsPort['wait'] = (_id, _milliseconds, signal) =>
      new Promise((answer) => {
        began()
        signal.addEventListener('abort', () => {
          left()
          answer({ run: QUEUED, reply: '', pendingApprovals: [] })
        })
      })
    const { createServer } = stubServer({ runs: runs(DONE, wait) })
    const serving = await serveOverHttp(createServer, {
      host: '127.0.0.1',
      port: 0,
      version: '1.2.3',
      authenticate: openToAll,
      log: () => undefined,
    })
    const client =
      transport === 'http'
        ? await connect(kind, { kind: 'http', url: serving.url })
        : await connectInProcess(createServer, kind)
    const controller = new AbortController()
    const call = client.call('send_message', MESSAGE, { signal: controller.signal })
    const refused = expect(call).rejects.toThrow()
    await begun
    controller.abort()
    await refused
    await leaving
    await client.close()
    await serving.close()
  })
})

describe('the messages of a run', () => {
  const base = {
    id: 'message-1',
    agentId: 'agent-1',
    conversationId: 'conv-1',
    seq: 1,
    runId: 'run-1',
    tokens: 1,
    createdAt: NOW,
  } as const

  it('show a call of send_message only as what it says', () => {
    const entries = presentMessage({
      ...base,
      role: 'assistant',
      text: 'a thought aside',
      reasoning: 'deep thought',
      toolCalls: [
        { id: 'call-1', name: 'core_memory_append', arguments: '{"label":"human"}' },
        { id: 'call-2', name: 'send_message', arguments: '{"message":"Hi"}' },
      ],
      said: ['Hi'],
    })
    const id = { id: 'message-1', created_at: NOW }
    expect(entries).toEqual([
      { ...id, type: 'reasoning_message', text: 'deep thought' },
      { ...id, type: 'reasoning_message', text: 'a thought aside' },
      {
        ...id,
        type: 'tool_call_message',
        tool_name: 'core_memory_append',
        arguments: '{"label":"human"}',
        tool_call_id: 'call-1',
      },
      { ...id, type: 'assistant_message', text: 'Hi' },
    ])
    const tool = { ...base, role: 'tool', status: 'success', text: 'OK' } as const
    expect(presentMessage({ ...tool, callId: 'call-2', toolName: 'send_message' })).toEqual([])
    expect(presentMessage({ ...tool, callId: 'call-1', toolName: 'core_memory_append' })).toEqual([
      { ...id, type: 'tool_return_message', tool_call_id: 'call-1', status: 'success', text: 'OK' },
    ])
  })
})
