import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Picture } from '../../../src/core/picture.ts'
import { at, insertAgent } from '../../support/stores.ts'
import type { Subject } from './subject.ts'

/** Larger than one part. */
const BYTES = Buffer.from(Array.from({ length: 150_000 }, (_, index) => (index * 31) % 251))

function pictureOf(bytes: Uint8Array): Picture {
  const digest = createHash('sha256').update(bytes).digest('hex')
  return { digest, mediaType: 'image/png', size: bytes.length, width: 30, height: 40 }
}

/** Pictures of messages. */
export function pictureContract(subject: Subject): void {
  test('a picture is read back whole, by the agents that have it alone', async () => {
    const { store } = subject
    const [one, other] = [await insertAgent(store), await insertAgent(store)]
    const picture = pictureOf(BYTES)
    await store.transaction((tx) => tx.pictures.keep(one.id, picture, BYTES))
    expect(
      Buffer.compare(
        (await store.pictures.bytes(one.id, picture.digest)) ?? BYTES.subarray(1),
        BYTES,
      ),
    ).toBe(0)
    expect(await store.pictures.bytes(other.id, picture.digest)).toBeUndefined()
    expect(await store.pictures.ofAgent(one.id)).toEqual([{ picture, problem: null }])
    expect(await store.pictures.ofAgent(other.id)).toEqual([])
  })

  test('a problem is kept until the picture is sent again', async () => {
    const { store } = subject
    const { id } = await insertAgent(store)
    const picture = pictureOf(BYTES.subarray(0, 10))
    const keep = () =>
      store.transaction((tx) => tx.pictures.keep(id, picture, BYTES.subarray(0, 10)))
    await keep()
    await store.transaction((tx) => tx.pictures.setProblem(id, [picture.digest], 'Too large.'))
    expect(await store.pictures.ofAgent(id)).toEqual([{ picture, problem: 'Too large.' }])
    await keep()
    expect(await store.pictures.ofAgent(id)).toEqual([{ picture, problem: null }])
  })

  test('a picture outlives an agent while another has it', async () => {
    const { store } = subject
    const [one, other] = [await insertAgent(store), await insertAgent(store)]
    const picture = pictureOf(BYTES.subarray(0, 20))
    for (const { id } of [one, other])
      await store.transaction((tx) => tx.pictures.keep(id, picture, BYTES.subarray(0, 20)))
    await store.transaction((tx) => tx.agents.delete(one.id, at()))
    expect(await store.pictures.bytes(other.id, picture.digest)).toHaveLength(20)
  })
}
