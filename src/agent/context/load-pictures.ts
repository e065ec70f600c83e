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
  if (!hasPictures(request)) return request
  const messages: ModelMessage[] = []
  for (const message of request.messages) messages.push(await loaded(reads, agentId, message))
  return { ...request, messages }
}

export function hasPictures({ messages }: ModelRequest): boolean {
  return messages.some((message) => message.role === 'user' && message.pictures !== undefined)
}

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
