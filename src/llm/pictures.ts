import { describePicture } from '../core/picture.ts'
import { rememberedList } from '../core/remembered.ts'
import { PROMPTS } from '../generated/prompts.ts'
import type { ModelMessage, ModelPicture, ModelRequest } from './model.ts'

/** A picture with its bytes, as every API takes it inline. */
export function dataUrl({ mediaType, data = '' }: ModelPicture): string {
  return `data:${mediaType};base64,${data}`
}

/** The pictures of a message that are loaded. */
export function picturesIn(message: ModelMessage): readonly ModelPicture[] {
  const pictures = message.role === 'user' ? (message.pictures ?? []) : []
  return pictures.filter(({ data }) => data !== undefined)
}

export function showsPictures({ messages }: ModelRequest): boolean {
  return messages.some((message) => picturesIn(message).length > 0)
}

/** The request for a model that sees no pictures: a sentence stands in the place of each. */
export function toldInWords(request: ModelRequest): ModelRequest {
  const { messages } = request
  const [first] = messages
  return { ...request, messages: first ? [told(first), ...toldOthers(messages.slice(1))] : [] }
}

function told(message: ModelMessage): ModelMessage {
  if (message.role !== 'user' || !message.pictures) return message
  const { pictures, text, changesFrom } = message
  const before = pictures.map((picture) => `${sentence(picture)}\n`).join('')
  return {
    role: 'user',
    text: before + text,
    ...(changesFrom !== undefined && { changesFrom: before.length + changesFrom }),
  }
}

/** The first message may be the system's, which is not the same at every step. */
const toldOthers = rememberedList(told)

function sentence(picture: ModelPicture): string {
  return PROMPTS['picture-unseen'].trim().replace('{PICTURE}', describePicture(picture))
}
