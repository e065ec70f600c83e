import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { App } from '../../src/app/app.ts'
import { callTools, say } from '../support/scripted-provider.ts'
import { type Call, createWithAllTools } from './inner-tools.ts'
import { PATIENT } from './patient.ts'
import { startWorld, systemText, toolResults, type World } from './support.ts'

/* Two agents, of two servers on the same data, that share a block. */

const LABEL = 'plan'
const AGENTS = ['Ada', 'Bea'] as const

let world: World
let other: App
let blockId: string
beforeEach(async () => {
  world = await startWorld()
  other = await world.openAnother()
  const { block } = await world.context.memory.create({ label: LABEL, value: 'Ada: -\nBea: -' })
  blockId = block.id
  for (const name of AGENTS) await createWithAllTools(world, { name, blockIds: [blockId] })
})
afterEach(async () => {
  await other.close()
  await world.close()
})

interface Body {
  readonly messages: readonly { readonly role: string; readonly content: unknown }[]
}

/** Both make their call on what they saw before either call took effect; answers what each was told, Ada first. */
async function atOnce(calls: readonly [Call, Call]): Promise<readonly string[]> {
  world.provider.respondWith((body: Body) => {
    if (body.messages.at(-1)?.role === 'tool') return say('Done.')
    const who = body.messages.some(({ content }) => String(content).includes('Go, Ada')) ? 0 : 1
    const [name, args] = calls[who]
    return callTools([{ name, arguments: { label: LABEL, ...args } }])
  })
  const asked = world.asked
  world.hold()
  const ada = await world.context.runs.send({ agent: 'Ada', text: 'Go, Ada' })
  const bea = await other.context.runs.send({ agent: 'Bea', text: 'Go, Bea' })
  await expect.poll(() => world.asked, PATIENT).toBe(asked + 2)
  world.release()
  await world.end(ada.run.id)
  await other.context.runs.wait(bea.run.id, 15_000, new AbortController().signal)
  const results = AGENTS.map((name) =>
    afterwards().filter(({ messages }) => JSON.stringify(messages).includes(`Go, ${name}`)),
  )
  return results.flatMap((requests) => requests.flatMap(toolResults))
}

/** The requests in which an agent sees what came of its call. */
function afterwards() {
  const bodies = world.provider.requests.map(({ body }) => body)
  return bodies.filter(({ messages }) => messages.at(-1).role === 'tool')
}

const plan = () => world.block('Ada', LABEL)

describe('edits of two agents at once', () => {
  it.each<readonly [Call, Call, readonly string[]]>([
    [
      ['core_memory_replace', { old_content: 'Ada: -', new_content: 'Ada: tea' }],
      ['core_memory_replace', { old_content: 'Bea: -', new_content: 'Bea: rain' }],
      ['Ada: tea', 'Bea: rain'],
    ],
    [
      ['memory_replace', { old_string: 'Ada: -', new_string: 'Ada: tea' }],
      ['core_memory_append', { content: 'rain' }],
      ['Ada: tea', 'Bea: -', 'rain'],
    ],
    [
      ['memory_insert', { new_string: 'tea', insert_line: 0 }],
      ['memory_insert', { new_string: 'rain' }],
      ['tea', 'Ada: -', 'Bea: -', 'rain'],
    ],
  ])('both take effect where they do not overlap: %j, %j', async (first, second, lines) => {
    const results = await atOnce([first, second])
    expect(results).toEqual([expect.stringMatching(/^Done/), expect.stringMatching(/^Done/)])
    expect(await plan()).toBe(lines.join('\n'))
  })

  it.each(['core_memory_replace', 'memory_replace'])(
    '%s of the same text takes effect once, and the other agent is told the current text',
    async (tool) => {
      const kind = tool === 'memory_replace' ? 'string' : 'content'
      const replace = (text: string): Call => [
        tool,
        { [`old_${kind}`]: 'Ada: -', [`new_${kind}`]: text },
      ]
      const results = await atOnce([replace('Ada: tea'), replace('Ada: rain')])
      const [won, lost] = results.toSorted()
      const text = results[0]?.startsWith('Done') ? 'Ada: tea\nBea: -' : 'Ada: rain\nBea: -'
      expect(await plan()).toBe(text)
      expect(won).toMatch(/^Done/)
      expect(lost).toMatch(/^Error: The old text does not occur in the block "plan"/)
      expect(lost).toContain(`\`\`\`\n${text}\n\`\`\``)
      const loser = afterwards().find((body) => toolResults(body)[0] === lost)
      expect(systemText(loser)).toContain(text)
    },
  )

  it('of which both rewrite the whole: one takes effect, and the other agent is told the current text', async () => {
    const results = await atOnce([
      ['memory_rethink', { new_memory: 'tea' }],
      ['memory_rethink', { new_memory: 'rain' }],
    ])
    const [won, lost] = results.toSorted()
    const text = results[0]?.startsWith('Done') ? 'tea' : 'rain'
    expect(await plan()).toBe(text)
    expect(won).toMatch(/^Done/)
    expect(lost).toMatch(/^Error: /)
    expect(lost).toContain(`\`\`\`\n${text}\n\`\`\``)
    const { items } = await world.context.memory.history('Bea', LABEL, { limit: 9 })
    expect(items.map(({ author }) => author.kind)).toEqual(['agent', 'client'])
  })
})

describe('a block that is attached or detached while the agent works', () => {
  it('appears in the next request, or is gone from it', async () => {
    const { block } = await world.context.memory.create({ label: 'late', value: 'Came late.' })
    world.provider.respondWith((body: Body) =>
      body.messages.at(-1)?.role === 'tool'
        ? say('Done.')
        : callTools([{ name: 'archival_memory_search', arguments: { query: 'x' } }]),
    )
    const before = world.provider.requests.length
    world.hold()
    const { run } = await world.context.runs.send({ agent: 'Ada', text: 'Hi' })
    await expect.poll(() => world.asked, PATIENT).toBe(1)
    await other.context.agents.attachBlock('Ada', block.id)
    await other.context.agents.detachBlock('Ada', blockId)
    world.release()
    await world.end(run.id)
    const [first, second] = world.provider.requests
      .slice(before)
      .map(({ body }) => systemText(body))
    expect(first).toContain('Ada: -')
    expect(first).not.toContain('Came late.')
    expect(second).toContain('Came late.')
    expect(second).not.toContain('Ada: -')
  })
})
