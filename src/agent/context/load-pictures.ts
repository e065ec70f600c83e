import { growing } from '../../core/growing.ts'
import type { AgentId } from '../../core/ids.ts'
import type { ModelMessage, ModelPicture, ModelRequest } from '../../llm/model.ts'
import type { Reads } from '../../storage/port/store.ts'
import { noteOfProblem } from './show-pictures.ts'

const LOST = 'its bytes could not be read from the database.'

/** The request with the bytes of its pictures; lost ones become notes. */
export async function withPictureData(
  reads: Pick<Reads, 'pictures'>,
  agentId: AgentId,
  request: ModelRequest,
): Promise<ModelRequest> {
  const indexes = pictured(request)
  if (indexes.length === 0) return request
  const messages = [...request.messages]
  // A copy, since what wires remember of a list goes with its first message: the bytes must not outlive the request.
  if (messages[1]) messages[1] = { ...messages[1] }
  for (const index of indexes) {
    messages[index] = await loaded(reads, agentId, messages[index] as ModelMessage)
  }
  return { ...request, messages }
}

export function hasPictures(request: ModelRequest): boolean {
  return pictured(request).length > 0
}

/** The indexes of the messages with pictures. The first message is the system's, which is not the same at every step. */
function pictured({ messages }: ModelRequest): readonly number[] {
  return picturedIn(messages.slice(1)).map((index) => index + 1)
}

const picturedIn = growing(() => {
  const indexes: number[] = []
  let count = 0
  return {
    add(message: ModelMessage, changes) {
      if (message.role === 'user' && message.pictures) changes.push(indexes, count)
      count += 1
      changes.undoneBy(() => {
        count -= 1
      })
    },
    made: (): readonly number[] => [...indexes],
  }
})

async function loaded(
  { pictures: stored }: Pick<Reads, 'pictures'>,
  agentId: AgentId,
  message: ModelMessage,
): Promise<ModelMessage> {
  if (message.role !== 'user' || !message.pictures) return message
  const pictures: ModelPicture[] = []
  const notes: string[] = []
  for (const picture of message.pictures) {
    const bytes = await stored.bytes(agentId, picture.digest)
    if (bytes) pictures.push({ ...picture, data: Buffer.from(bytes).toString('base64') })
    else notes.push(`${noteOfProblem(picture, LOST)}\n`)
  }
  const before = notes.join('')
  const { changesFrom } = message
  return {
    ...message,
    text: before + message.text,
    ...(changesFrom !== undefined && { changesFrom: before.length + changesFrom }),
    pictures,
  }
}
