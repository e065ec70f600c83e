import { afterEach, describe, expect, it } from 'vitest'
import { isPublicAddress } from '../../src/fetch/public-address.ts'
import { startHttps } from '../support/https-server.ts'
import { dataUrl, gif, jpeg, png, webp } from '../support/pictures.ts'
import { closeServers, lastShown, newAgent, start } from './picture-servers.ts'

/* Pictures from the client to the provider and into exports; over the wire that the file in test/wires names. */

afterEach(closeServers)

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
