import { expect, it } from 'vitest'
import { describeMatrix, speak } from './matrix.ts'

/* Resources and prompts for each kind of client over each transport. */

const TEMPLATES = [
  'recollect://agents/{agent_id}',
  'recollect://agents/{agent_id}/context',
  'recollect://agents/{agent_id}/memory',
  'recollect://agents/{agent_id}/memory/{label}',
  'recollect://agents/{agent_id}/messages',
  'recollect://groups/{group_id}',
  'recollect://jobs/{job_id}',
  'recollect://passages/{passage_id}',
  'recollect://runs/{run_id}',
  'recollect://tools/{tool_id}',
]

describeMatrix((cell) => {
  const { answer, create, suffix } = cell

  it('finds agents and blocks as resources, with the same content as the tools', async () => {
    const agent = await create('Ned')
    cell.provider.enqueue(speak('Hello!'))
    const { hint: _, ...run } = await answer('send_message', { agent, message: 'Hi' })
    const { passages } = await answer('insert_archival', { agent, text: 'The loom is old.' })
    const root = `recollect://agents/${agent}`
    const uris = (await cell.client.resources()).map(({ uri }) => uri)
    expect(uris).toEqual(
      expect.arrayContaining([
        'recollect://agents',
        root,
        `${root}/memory`,
        `${root}/memory/persona`,
        `${root}/memory/human`,
      ]),
    )
    const json = async (uri: string) => {
      const { text, mimeType } = await cell.client.read(uri)
      expect(mimeType).toBe('application/json')
      return JSON.parse(text)
    }
    expect(await json('recollect://agents')).toEqual(await answer('list_agents'))
    expect(await json(root)).toEqual(await answer('get_agent', { agent }))
    const context = await json(`${root}/context`)
    expect(context.parts.map(({ name }: { name: string }) => name)).toContain('memory')
    expect(await json(`recollect://runs/${run.run_id}`)).toEqual(
      await answer('get_run', { run_id: run.run_id }),
    )
    expect(JSON.stringify(await json(`${root}/messages`))).toContain('Hello!')
    expect(JSON.stringify(await json(`recollect://passages/${passages[0].id}`))).toContain('loom')
    const { blocks } = await answer('read_memory', { agent, label: 'human' })
    expect(await cell.client.read(`${root}/memory/human`)).toEqual({
      text: blocks[0].value,
      mimeType: 'text/plain',
    })
    expect((await cell.client.read(`${root}/memory`)).text).toContain(blocks[0].value)
    await expect(cell.client.read(`${root}/memory/nothing`)).rejects.toThrow(/nothing/)
  })

  it('finds the templates and completes their variables', async () => {
    const agent = await create('Ola')
    cell.provider.enqueue(speak('Hello!'))
    const run = await answer('send_message', { agent, message: 'Hi' })
    const { passages } = await answer('insert_archival', { agent, text: 'The loom is old.' })
    const templates = (await cell.client.templates()).map(({ uriTemplate }) => uriTemplate)
    expect([...templates].sort()).toEqual(TEMPLATES)
    const values: Readonly<Record<string, string>> = {
      agent_id: agent,
      label: 'human',
      passage_id: passages[0].id,
      run_id: run.run_id,
    }
    // The others are completed with what exists, and here no tool or job does.
    for (const template of templates) {
      for (const [, name = ''] of template.matchAll(/\{(\w+)\}/g)) {
        const value = values[name]
        if (value === undefined) continue
        const typed = value.slice(0, name === 'label' ? 2 : -4)
        const known = name === 'agent_id' ? undefined : { agent_id: agent }
        const found = await cell.client.complete({ template }, { name, value: typed }, known)
        expect(found, `${name} of ${template}`).toContain(value)
      }
    }
  })

  it('can use the prompts, and have their arguments completed', async () => {
    const agent = await create('Pia')
    const name = `Pia${suffix}`
    expect((await cell.client.prompts()).map((prompt) => prompt.name).sort()).toEqual([
      'load_memory',
      'save_session',
      'talk_to_agent',
    ])
    expect(await cell.client.prompt('load_memory', { agent: name })).toContain(
      '<block label="human"',
    )
    expect(await cell.client.prompt('save_session', { agent })).toContain('insert_archival')
    expect(await cell.client.prompt('talk_to_agent', { agent, message: 'Good day' })).toContain(
      'Good day',
    )
    for (const prompt of ['load_memory', 'save_session', 'talk_to_agent']) {
      const found = await cell.client.complete(
        { prompt },
        { name: 'agent', value: name.slice(0, -2) },
      )
      expect(found).toContain(name)
    }
    await expect(cell.client.prompt('load_memory', { agent: 'Nobody' })).rejects.toThrow(/Nobody/)
  })
})
