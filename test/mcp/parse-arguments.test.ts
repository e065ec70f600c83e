import { describe, expect, it } from 'vitest'
import type { Tool } from '../../src/mcp/define-tool.ts'
import { parseArguments } from '../../src/mcp/parse-arguments.ts'
import { createAgent } from '../../src/mcp/tools/create-agent.ts'
import { getAgent } from '../../src/mcp/tools/get-agent.ts'
import { insertArchival } from '../../src/mcp/tools/insert-archival.ts'
import { listAgents } from '../../src/mcp/tools/list-agents.ts'
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
    expect(parseArguments(listAgents.input, undefined)).toEqual({ limit: 20 })
    expect(parseArguments(sendMessage.input, { agent: 'a', message: 'hello' })).toEqual({
      agent: 'a',
      message: 'hello',
      wait_seconds: 45,
      include_steps: false,
    })
  })

  it('that are unknown are named, with the nearest and the known ones', () => {
    expect(complaint(sendMessage, { agentid: 'a', message: 'hello' })).toBe(
      'UserError: Unknown argument "agentid". Did you mean "agent"? Known: agent, message, wait_seconds, ' +
        'idempotency_key, max_steps, include_steps. Argument "agent" is missing (Id or exact name of the agent).',
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
      'Argument "blocks[0].label": a label has 1 to 64 characters',
    )
  })

  it.each([
    [getAgent, {}, 'Argument "agent" is missing (Id or exact name of the agent).'],
    [getAgent, { agent: 7 }, 'Argument "agent": expected string, received number.'],
    [
      getAgent,
      { agent: null },
      'Argument "agent": expected string, received null. Leave it out instead.',
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
      'Argument "texts": expected array to have <=100 items.',
    ],
  ])('that are wrong are explained (%#)', (tool, args, sentence) => {
    expect(complaint(tool, args)).toBe(`UserError: ${sentence}`)
  })

  it('lose what cannot be stored', () => {
    const args = parseArguments(createAgent.input, { name: 'a\ud800b\u0000', tags: ['\udc00'] })
    expect(args).toEqual({ name: 'a\ufffdb\ufffd', tags: ['\ufffd'] })
  })
})
