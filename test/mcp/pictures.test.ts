import DatabaseHandle from 'better-sqlite3'
import { afterEach, describe, expect, it } from 'vitest'
import { isPublicAddress } from '../../src/fetch/public-address.ts'
import { startHttps } from '../support/https-server.ts'
import { dataUrl, gif, jpeg, png, webp } from '../support/pictures.ts'
import { callTool, fail, type ReceivedRequest } from '../support/scripted-provider.ts'
import { ON_FILE, type RealServer, startRealServer } from './real-server.ts'

/* Pictures from the client to the provider and into exports; over the wire that the file in test/wires names. */

const opened: RealServer[] = []
async function start(...[toolsets, settings, change]: Parameters<typeof startRealServer>) {
  const server = await startRealServer(toolsets ?? ['core', 'transfer', 'admin'], settings, change)
  server.provider.respondWith(() => callTool('send_message', { message: 'I see.' }))
  opened.push(server)
  return server
}
afterEach(async () => {
  for (const server of opened.splice(0)) await server.close()
})

async function newAgent({ answer }: RealServer): Promise<string> {
  return (await answer('create_agent', {})).agent.id
}

/** The pictures of a request, in order. */
function shown({ body }: ReceivedRequest): readonly string[] {
  const parts = body.messages.flatMap(({ content }: { content: unknown }) =>
    Array.isArray(content) ? content : [],
  )
  return parts.flatMap((part: { type: string; image_url?: { url: string } }) =>
    part.type === 'image_url' ? [part.image_url?.url] : [],
  )
}
const lastShown = ({ provider }: RealServer) =>
  shown(provider.requests.at(-1) ?? expect.unreachable())
const lastText = ({ provider }: RealServer) =>
  JSON.stringify(provider.requests.at(-1)?.body.messages)

describe('a picture', () => {
  it('is sent as data, stays in the conversation, and is found by the words around it', async () => {
    const server = await start()
    const agent = await newAgent(server)
    const url = dataUrl(png(640, 480))
    const run = await server.answer('send_message', {
      agent,
      message: 'This is the lighthouse of Warnemünde.',
      images: [url],
      include_steps: true,
    })
    const image = { media_type: 'image/png', width: 640, height: 480, bytes: png(640, 480).length }
    expect(run).toMatchObject({ status: 'completed', reply: 'I see.', warnings: [] })
    expect(run.messages[0]).toMatchObject({ type: 'user_message', images: [image] })
    expect(lastShown(server)).toEqual([url])

    await server.answer('send_message', { agent, message: 'What was it?' })
    expect(lastShown(server)).toEqual([url])
    const { messages } = await server.answer('search_conversation', { agent, query: 'lighthouse' })
    expect(messages[0]).toMatchObject({
      text: 'This is the lighthouse of Warnemünde.',
      images: [image],
    })
  })

  it.each([
    ['a GIF', gif(), 'image/gif', 4, 5],
    ['a JPEG', jpeg(), 'image/jpeg', 6, 7],
    ['a WebP', webp(), 'image/webp', 8, 9],
  ])(
    'is known by its content: %s that calls itself a PNG',
    async (_, bytes, type, width, height) => {
      const server = await start()
      const agent = await newAgent(server)
      const run = await server.answer('send_message', {
        agent,
        message: 'Look.',
        images: [dataUrl(bytes)],
        include_steps: true,
      })
      expect(run.messages[0].images).toEqual([
        { media_type: type, width, height, bytes: bytes.length },
      ])
      expect(lastShown(server)).toEqual([dataUrl(bytes, type)])
    },
  )

  it('is counted in the context by what its provider documents', async () => {
    const server = await start()
    const agent = await newAgent(server)
    const tokens = async () => (await server.answer('inspect_context', { agent })).total_tokens
    await server.answer('send_message', {
      agent,
      message: 'Look.',
      images: [dataUrl(png(1024, 1024))],
    })
    const with1024 = await tokens()
    await server.answer('send_message', {
      agent,
      message: 'Look.',
      images: [dataUrl(png(1024, 1024, 0, 2))],
    })
    // OpenAI: 85 and 4 tiles of 170 for a picture of 1024 × 1024.
    expect((await tokens()) - with1024).toBeGreaterThan(765 * 0.6)
    const { request } = await server.answer('inspect_context', { agent, include_text: true })
    expect(request).not.toContain('base64')
  })

  it.each([
    [
      'larger than 10 MB',
      dataUrl(png(2, 2, 11_000_000)),
      'limit_exceeded',
      /11\.0 MB.*at most 10 MB/,
    ],
    [
      'no picture',
      dataUrl(Buffer.from('%PDF-1.7 and more')),
      'invalid_argument',
      /no PNG, JPEG, WebP or GIF/,
    ],
    ['cut off in its header', dataUrl(png().subarray(0, 18)), 'invalid_argument', /no PNG/],
    ['not base64', 'data:image/png;base64,§§', 'invalid_argument', /not base64/],
    ['a data URL without base64', 'data:image/png,abc', 'invalid_argument', /base64/],
    ['a path', '/etc/passwd', 'invalid_argument', /data URL .* or an https/],
    [
      'at an address, where nothing is fetched',
      'https://example.com/a.png',
      'unsupported',
      /RECOLLECT_FETCH/,
    ],
  ])('that is %s is refused by name, and nothing is sent', async (_, image, code, sentence) => {
    const server = await start()
    const agent = await newAgent(server)
    const images = [dataUrl(png()), image]
    const refusal = await server.refusal('send_message', { agent, message: 'Look.', images })
    expect(refusal).toMatchObject({
      code,
      message: expect.stringMatching(/^images\[1\]: .*Nothing was sent\.$/),
    })
    expect(refusal.message).toMatch(sentence)
    expect((await server.answer('list_runs', { agent })).runs).toEqual([])
  })

  it('too many are refused', async () => {
    const server = await start()
    const agent = await newAgent(server)
    const images = Array.from({ length: 6 }, () => dataUrl(png()))
    const { code } = await server.refusal('send_message', { agent, message: 'Look.', images })
    expect(code).toBe('limit_exceeded')
  })

  it('sent again with its key gives the same run, and another picture is a conflict', async () => {
    const server = await start()
    const message = { agent: await newAgent(server), message: 'Look.', idempotency_key: 'k' }
    const first = await server.answer('send_message', { ...message, images: [dataUrl(png())] })
    const again = await server.answer('send_message', { ...message, images: [dataUrl(png())] })
    expect(again.run_id).toBe(first.run_id)
    for (const images of [[dataUrl(gif())], []]) {
      const { code } = await server.refusal('send_message', { ...message, images })
      expect(code).toBe('conflict')
    }
  })
})

describe('a picture at an address', () => {
  const OURS = (address: string) => address === '127.0.0.1' || isPublicAddress(address)

  it('is fetched once, and its address is never passed on', async () => {
    const bytes = png(100, 100)
    let fetched = 0
    const web = await startHttps((_, response) => {
      fetched += 1
      response.end(bytes)
    })
    const server = await start(
      undefined,
      {},
      {
        fetch: { rule: { kind: 'public' }, ca: web.ca, isAllowedAddress: OURS },
      },
    )
    const agent = await newAgent(server)
    const message = { agent, message: 'Look.', images: [`${web.url}/secret-path.png`] }
    await server.answer('send_message', { ...message, idempotency_key: 'k' })
    await server.answer('send_message', { ...message, idempotency_key: 'k' })
    expect(fetched).toBe(1)
    expect(lastShown(server)).toEqual([dataUrl(bytes)])
    expect(JSON.stringify(server.provider.requests)).not.toContain('secret-path')
    await web.close()
  })

  it.each([
    ['private', '', '/a.png'],
    ['private, by a name', 'localhost', '/a.png'],
    ['private, behind a redirect', '127.0.0.1', '/moved'],
  ])('is refused if it is %s', async (_, host, path) => {
    const web = await startHttps((request, response) => {
      if (request.url === '/moved') {
        response.writeHead(302, { location: `https://127.0.0.2:${web.port}/a.png` }).end()
      } else response.end(png())
    })
    // Only the redirect's first address is allowed.
    const isAllowedAddress = (address: string) => path === '/moved' && OURS(address)
    const server = await start(
      undefined,
      {},
      {
        fetch: { rule: { kind: 'public' }, ca: web.ca, isAllowedAddress },
      },
    )
    const url = new URL(path, web.url)
    if (host !== '') url.hostname = host
    const { code, message } = await server.refusal('send_message', {
      agent: await newAgent(server),
      message: 'Look.',
      images: [url.href],
    })
    expect(code).toBe('invalid_argument')
    expect(message).toMatch(/^images\[0\]: .* is not an address on the public internet/)
    await web.close()
  })
})

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
    server.provider.respondWith((body) =>
      JSON.stringify(body).split(';base64,').length > 2
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
