import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { newId } from '../../../src/core/ids.ts'
import type { Picture } from '../../../src/core/picture.ts'
import { at, insertAgent, userSays } from '../../support/stores.ts'
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

  test('a picture goes with the last message that shows it', async () => {
    const { store } = subject
    const { id } = await insertAgent(store)
    const conversation = newId('conv')
    const [shown, gone] = [pictureOf(BYTES.subarray(0, 30)), pictureOf(BYTES.subarray(0, 31))]
    const says = (...pictures: readonly Picture[]) =>
      userSays('Look.', { body: { role: 'user', text: 'Look.', pictures } })
    await store.transaction(async (tx) => {
      for (const picture of [shown, gone])
        await tx.pictures.keep(id, picture, BYTES.subarray(0, picture.size))
      await tx.conversations.insert({ id: conversation, agentId: id, title: '', createdAt: at() })
      await tx.messages.append(id, [says(shown)])
      await tx.messages.append(id, [says(shown, gone)], conversation)
      await tx.conversations.delete(conversation, at())
    })
    const left = await store.pictures.ofAgent(id)
    expect(left.map(({ picture }) => picture)).toEqual([shown])
    expect(await store.pictures.bytes(id, gone.digest)).toBeUndefined()
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
