import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { say, speak } from './answers.ts'
import { FORMATS, resultsIn, startWorld, type World } from './world.ts'

/* Calls that a model wrote into its text are calls only where the text can hardly be meant otherwise. */

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.close())
beforeEach(() => world.vendor.always(speak('Sorry.')))

const APPEND = 'core_memory_append'
const TEA = { label: 'human', content: 'Likes tea.' }
const written = (name: string, args: unknown) => JSON.stringify({ name, arguments: args })

describe.each(FORMATS)('of a model that answers with %s', (_format, model) => {
  it('calls written into the text one after the other are all run, and the rest is not said', async () => {
    const agent = await world.createAgent(model, { human: '' })
    const tag = (content: string) =>
      `<tool_call>${written(APPEND, { label: 'human', content, request_heartbeat: true })}</tool_call>`
    world.vendor.enqueue(say(`I note that.\n${tag('One.')}\n${tag('Two.')}`))
    expect((await world.send(agent)).data.reply).toBe('Sorry.')
    expect(await world.human(agent)).toBe('One.\nTwo.')
  })

  it.each([
    ['of a tool that was not offered', written('memory_rethink', { label: 'human' })],
    ['of no tool at all', '{"name":"Ada","arguments":"none"}'],
    ['without arguments', `{"name":"${APPEND}"}`],
    ['with more to it', `{"name":"${APPEND}","arguments":{},"comment":"an example"}`],
    ['quoted in a sentence', `Write <tool_call>${written(APPEND, TEA)}</tool_call> to do so.`],
    [
      'shown as an example',
      `For example:\n\`\`\`json\n${written(APPEND, TEA)}\n\`\`\`\nLike that.`,
    ],
  ])('JSON in the text %s is text', async (_, text) => {
    const agent = await world.createAgent(model)
    world.vendor.enqueue(say(text))
    expect((await world.send(agent)).data).toMatchObject({
      status: 'completed',
      reply: text,
      steps: 1,
    })
    expect(await world.human(agent)).toBe('Empty.')
  })

  it('a call in the text that is cut off is answered, and not shown to the user', async () => {
    const agent = await world.createAgent(model)
    const text = `<tool_call>{"name": "${APPEND}", "arguments": {"label": "human", "cont`
    world.vendor.enqueue(say(text, { finish: 'length' }))
    expect((await world.send(agent)).data.reply).toBe('Sorry.')
    expect(resultsIn(world)).toEqual([expect.stringMatching(/cut off .* shorter\.$/)])
  })
})
