import { describe, expect, it } from 'vitest'
import type { Tool } from '../../src/mcp/call/define-tool.ts'
import { parseArguments } from '../../src/mcp/call/parse-arguments.ts'
import { createAgent } from '../../src/mcp/tools/create-agent.ts'
import { getAgent } from '../../src/mcp/tools/get-agent.ts'
import { getRun } from '../../src/mcp/tools/get-run.ts'
import { insertArchival } from '../../src/mcp/tools/insert-archival.ts'
import { listAgents } from '../../src/mcp/tools/list-agents.ts'
import { searchArchival } from '../../src/mcp/tools/search-archival.ts'
import { sendMessage } from '../../src/mcp/tools/send-message.ts'

function complaint(tool: Tool, args: unknown): string {
  try {
    parseArguments(tool.input, args)
  } catch (error) {
    return String(error)
  }
  throw new Error('nothing was wrong')
}

describe('arguments', () => {
  it('get their defaults', () => {
    expect(parseArguments(listAgents.input, undefined)).toEqual({ limit: 15 })
    expect(parseArguments(sendMessage.input, { agent: 'a', message: 'hello' })).toEqual({
      agent: 'a',
      message: 'hello',
      wait_seconds: 45,
      take_back: false,
      include_steps: false,
    })
  })

  it('that are unknown are named, with the nearest and the known ones', () => {
    expect(complaint(sendMessage, { agentid: 'a', message: 'hello' })).toBe(
      'UserError: Unknown argument "agentid". Did you mean "agent"? Known: agent, message, images, ' +
        'wait_seconds, idempotency_key, max_steps, take_back, include_steps. Argument "agent" is missing (Id or exact name of the agent).',
    )
    expect(complaint(getAgent, { agent: 'a', colour: 'red' })).toBe(
      'UserError: Unknown argument "colour". Known: agent.',
    )
  })

  it('are named by their place in a list', () => {
    expect(complaint(createAgent, { blocks: [{ label: 'a', value: 'b', readonly: true }] })).toBe(
      'UserError: Unknown argument "blocks[0].readonly". Did you mean "read_only"? ' +
        'Known: label, value, description, limit, read_only.',
    )
    expect(complaint(createAgent, { blocks: [{ label: 'no spaces', value: 'b' }] })).toContain(
      'Argument "blocks[0].label": a label has 1 to 128 characters',
    )
  })

  it.each([
    [getAgent, {}, 'Argument "agent" is missing (Id or exact name of the agent).'],
    [getAgent, { agent: [] }, 'Argument "agent": expected string, received array.'],
    [
      getAgent,
      { agent: null },
      'Argument "agent": expected string, received null. It is required, so give it.',
    ],
    [getAgent, { agent: '' }, 'Argument "agent": it must not be empty.'],
    [
      sendMessage,
      { agent: 'a', message: 2 ** 60 },
      'Argument "message": expected string, received number. So large a number loses digits on its way: give it as a text, in quotes.',
    ],
    [getAgent, 'agent-1', 'The arguments must be an object with named fields.'],
    [listAgents, { limit: 101 }, 'Argument "limit": expected number to be <=100.'],
    [sendMessage, { agent: 'a', message: ' ' }, 'Argument "message": it must not be empty.'],
    [sendMessage, { agent: 'a', message: '' }, 'Argument "message": it must not be empty.'],
    [
      createAgent,
      { agent_type: 'x' },
      'Argument "agent_type": expected one of "memgpt_agent"|"letta_v1_agent".',
    ],
    [
      insertArchival,
      { agent: 'a', texts: Array(101).fill('x') },
      'Argument "texts" has 101 entries, and at most 100 are allowed; nothing was changed. Shorten it and try again.',
    ],
  ])('that are wrong are explained (%#)', (tool, args, sentence) => {
    expect(complaint(tool, args)).toBe(`UserError: ${sentence}`)
  })

  it('that are unknown are all named, also by a word that they contain', () => {
    expect(complaint(getAgent, { agent: 'a', colour: 'red', my_agent_name: 'b' })).toBe(
      'UserError: Unknown argument "colour". Unknown argument "my_agent_name". Did you mean "agent"? Known: agent.',
    )
  })

  it('that a client sent as strings are converted to their type', () => {
    const sent = { tags: '["a", "b"]', limit: '5' }
    expect(parseArguments(listAgents.input, sent)).toEqual({ tags: ['a', 'b'], limit: 5 })
    const message = { agent: 'a', message: '5', wait_seconds: ' 1.5 ', include_steps: 'True' }
    expect(parseArguments(sendMessage.input, message)).toEqual({
      agent: 'a',
      message: '5',
      wait_seconds: 1.5,
      take_back: false,
      include_steps: true,
    })
    const blocks = '[{"label":"a","value":"1","limit":"9","read_only":"false"}]'
    expect(parseArguments(createAgent.input, { blocks })).toEqual({
      blocks: [{ label: 'a', value: '1', limit: 9, read_only: false }],
    })
  })

  it.each([
    [listAgents, { limit: 'five' }, 'Argument "limit": expected number, received string.'],
    [listAgents, { limit: ' ' }, 'Argument "limit": expected number, received string.'],
    [listAgents, { limit: 'true' }, 'Argument "limit": expected number, received string.'],
    [listAgents, { tags: 'a, b' }, 'Argument "tags": expected array, received string.'],
    [listAgents, { tags: '"a"' }, 'Argument "tags": expected array, received string.'],
    [
      sendMessage,
      { agent: 'a', message: 'b', include_steps: 'yes' },
      'Argument "include_steps": expected boolean, received string.',
    ],
  ])('as strings that could mean something else are refused (%#)', (tool, args, sentence) => {
    expect(complaint(tool, args)).toBe(`UserError: ${sentence}`)
  })

  it.each([
    [listAgents, null, {}],
    [listAgents, [], {}],
    [listAgents, '{"limit": 7}', { limit: 7 }],
    [listAgents, { arguments: { limit: 7 } }, { limit: 7 }],
    [listAgents, { input: {} }, {}],
    [listAgents, { args: { kwargs: { limit: 7 } } }, { limit: 7 }],
    [listAgents, { query: null, tags: null, limit: null, cursor: null }, {}],
    [listAgents, { query: '', tags: '', limit: '', cursor: '' }, { query: '' }],
    [listAgents, { tags: 'work', query: 7 }, { tags: ['work'], query: '7' }],
    [listAgents, { tags: [2031, true, 'a'] }, { tags: ['2031', 'true', 'a'] }],
    [listAgents, { sessionId: 'x', action: '', chatInput: 1, toolCallId: null }, {}],
    [createAgent, { name: '', description: '' }, { description: '' }],
    [
      createAgent,
      { name: 47, human: 1.5, persona: true },
      { name: '47', human: '1.5', persona: 'true' },
    ],
    [
      createAgent,
      { blocks: { label: 'a', value: 1, description: null, limit: '', read_only: null } },
      { blocks: [{ label: 'a', value: '1' }] },
    ],
    [
      searchArchival,
      { agent: 'a', query: '', passage_id: '', after: '', before: null, archive_id: '' },
      { agent: 'a', query: '' },
    ],
  ])('that are loosely written are read as intended (%#)', (tool, sent, meant) => {
    expect(parseArguments(tool.input, sent)).toEqual(parseArguments(tool.input, meant))
  })

  it.each([
    [listAgents, { arguments: { limit: 7, colour: 'red' } }],
    [listAgents, { arguments: { limit: 7 }, colour: 'red' }],
    [listAgents, { sessionID: 'x' }],
    [createAgent, { blocks: [{ label: 'a', value: 'b', sessionId: 'x' }] }],
  ])('with unknown names stay refused (%#)', (tool, sent) => {
    expect(complaint(tool, sent)).toContain('Unknown argument')
  })

  it('that are ids may lack their prefix, or have it at the end', () => {
    const uuid = '0b6c1a54-3f0e-4d57-9d0a-6f0f1c2d3e4f'
    expect(parseArguments(getRun.input, { run_id: uuid.toUpperCase() })).toMatchObject({
      run_id: `run-${uuid}`,
    })
    expect(parseArguments(createAgent.input, { block_ids: [uuid, `block-${uuid}`] })).toEqual({
      block_ids: [`block-${uuid}`, `block-${uuid}`],
    })
    expect(parseArguments(getRun.input, { run_id: 'the last' })).toMatchObject({
      run_id: 'the last',
    })
  })

  it('lose characters that cannot be stored', () => {
    const args = parseArguments(createAgent.input, { name: 'a\ud800b\u0000', tags: ['\udc00'] })
    expect(args).toEqual({ name: 'a\ufffdb\ufffd', tags: ['\ufffd'] })
  })
})
