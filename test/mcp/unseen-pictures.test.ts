import DatabaseHandle from 'better-sqlite3'
import { afterEach, describe, expect, it } from 'vitest'
import { dataUrl, gif, jpeg, png } from '../support/pictures.ts'
import { callTool, fail } from '../support/scripted-provider.ts'
import { closeServers, lastShown, lastText, newAgent, start } from './picture-servers.ts'
import { ON_FILE } from './real-server.ts'

/* Pictures that a model does not see or a provider refuses, and what is kept of them. */

afterEach(closeServers)

describe('a model that sees no pictures', () => {
  const blind = (message: string, status = 400) =>
    fail(status, { error: { message, type: 'invalid_request_error' } })

  it.each([
    ['This model does not support image input', 400],
    ['Invalid content type. image_url is only supported by certain models.', 400],
    ['No endpoints found that support image input', 404],
    [
      'Failed to deserialize the JSON body into the target type: messages[1]: unknown variant `image_url`, expected `text`',
      400,
    ],
    ['messages[1].content must be a string', 400],
    ['At most 0 image(s) may be provided in one prompt.', 400],
    [
      'image input is not supported - hint: if this is unexpected, you may need to provide the mmproj',
      500,
    ],
    ['llama3 is not a multimodal model', 400],
    ['Model does not support images. Please use a model that does.', 400],
    ["The model 'x' does not have vision capabilities", 422],
  ])('is told of them in words, and takes no new ones: "%s" (%i)', async (words, status) => {
    const server = await start()
    const agent = await newAgent(server)
    server.provider.enqueue(blind(words, status))
    const send = { agent, message: 'Look.', images: [dataUrl(png(30, 40))] }
    const run = await server.answer('send_message', send)
    expect(run).toMatchObject({ status: 'completed', reply: 'I see.' })
    expect(run.warnings.join()).toContain('sees no pictures')
    expect(server.provider.requests).toHaveLength(2)
    expect(lastShown(server)).toEqual([])
    expect(lastText(server)).toContain('a PNG picture of 30 × 40 pixels')

    const refusal = await server.refusal('send_message', send)
    expect(refusal).toMatchObject({ code: 'unsupported' })
    expect(refusal.message).toMatch(/openai\/scripted sees no images.*update_agent/)
    const later = await server.answer('send_message', { agent, message: 'And now?' })
    expect(later).toMatchObject({ status: 'completed', warnings: [] })
    expect(server.provider.requests).toHaveLength(3)
    expect(lastShown(server)).toEqual([])
  })

  it('of the rehearsal refuses new pictures', async () => {
    const server = await start(undefined, { RECOLLECT_MODEL: 'offline/rehearsal' })
    const agent = await newAgent(server)
    const { code } = await server.refusal('send_message', {
      agent,
      message: 'Look.',
      images: [dataUrl(png())],
    })
    expect(code).toBe('unsupported')
  })
})

describe('a picture that a provider refuses', () => {
  it.each([
    [
      'messages.0.content.1.image.source.base64: image exceeds 5 MB maximum: 5316852 bytes > 5242880 bytes',
      400,
    ],
    [
      "You uploaded an unsupported image. Please make sure your image has of one the following formats: ['png', 'jpeg', 'gif', 'webp'].",
      400,
    ],
    ['Could not process image', 400],
    ['At least one of the image dimensions exceed max allowed size: 8000 pixels', 400],
    ['Bad Request', 400],
    ['Request Entity Too Large', 413],
  ])('does not stop its agent: "%s"', async (words, status) => {
    const server = await start()
    const agent = await newAgent(server)
    server.provider.respondWith((body) =>
      JSON.stringify(body).includes(';base64,')
        ? fail(status, { error: { message: words, type: 'invalid_request_error' } })
        : callTool('send_message', { message: 'I see.' }),
    )
    const run = await server.answer('send_message', {
      agent,
      message: 'Look.',
      images: [dataUrl(png())],
    })
    expect(run).toMatchObject({ status: 'completed', reply: 'I see.' })
    expect(run.warnings.join()).toContain('refused pictures')
    const asked = server.provider.requests.length
    const later = await server.answer('send_message', { agent, message: 'And now?' })
    expect(later).toMatchObject({ status: 'completed', warnings: [] })
    expect(server.provider.requests.length - asked).toBe(1)
    expect(lastText(server)).toContain(words.slice(0, 12))
  })

  it('that is older goes first, and the new one stays', async () => {
    const server = await start()
    const agent = await newAgent(server)
    await server.answer('send_message', { agent, message: 'One.', images: [dataUrl(png(1, 1))] })
    server.provider.respondWith(({ messages }: { readonly messages: readonly object[] }) =>
      JSON.stringify(messages).split(';base64,').length > 2
        ? fail(400, {
            error: { message: 'Too many images in request. This model supports up to 1.' },
          })
        : callTool('send_message', { message: 'I see.' }),
    )
    await server.answer('send_message', { agent, message: 'Two.', images: [dataUrl(png(2, 2))] })
    expect(lastShown(server)).toEqual([dataUrl(png(2, 2))])
  })
})

describe('pictures of an agent', () => {
  it('are stored once, and go when the last agent that has them is deleted', async () => {
    const server = await start(undefined, ON_FILE)
    const rows = () => {
      const file = new DatabaseHandle(server.path, { readonly: true })
      const count = (table: string) => file.prepare(`SELECT count(*) FROM ${table}`).pluck().get()
      const counts = [count('picture'), count('picture_part'), count('agent_picture')]
      file.close()
      return counts
    }
    const [one, other] = [await newAgent(server), await newAgent(server)]
    const images = [dataUrl(png(2, 2, 100_000))]
    for (const agent of [one, one, other]) {
      await server.answer('send_message', { agent, message: 'Look.', images })
    }
    expect(rows()).toEqual([1, 2, 2])
    await server.answer('delete_agent', { agent: one, confirm: true })
    await server.answer('send_message', { agent: other, message: 'And now?' })
    expect(lastShown(server)).toEqual(images)
    await server.answer('delete_agent', { agent: other, confirm: true })
    expect(rows()).toEqual([0, 0, 0])
  })

  it('are exported and imported, and shown to the new agent', async () => {
    const server = await start()
    const agent = await newAgent(server)
    const images = [dataUrl(png(64, 64)), dataUrl(jpeg(), 'image/jpeg')]
    await server.answer('send_message', { agent, message: 'Look.', images })
    let text = ''
    for (let page: { export_id?: string; next_offset?: number } | undefined = {}; page; ) {
      const { export_id, next_offset: offset } = page
      const got = await server.answer('export_agent', { agent, export_id, offset })
      text += got.text
      page = got.next_offset === undefined ? undefined : got
    }
    const elsewhere = await start()
    const imported = await elsewhere.answer('import_agent', { text })
    await elsewhere.answer('send_message', { agent: imported.agent.id, message: 'What was it?' })
    expect(lastShown(elsewhere)).toEqual(images)

    const changed = JSON.parse(text)
    changed.pictures[0].data = gif().toString('base64')
    const { message } = await elsewhere.refusal('import_agent', { text: JSON.stringify(changed) })
    expect(message).toContain('pictures[0].data')
  })
})
