import { z } from 'zod'
import { UserError } from '../../core/errors.ts'

const part = z.object({
  type: z.string(),
  text: z.string().optional(),
  /** Letta's form. */
  source: z
    .object({
      type: z.string().optional(),
      url: z.string().optional(),
      data: z.string().optional(),
      media_type: z.string().optional(),
    })
    .optional(),
  /** OpenAI's form. */
  image_url: z.union([z.string(), z.object({ url: z.string() })]).optional(),
})

/** The content of a message: text, or parts with pictures among them. */
export const content = z.union([z.string(), z.array(part)])

export interface Content {
  readonly text: string
  /** Data URLs, or https addresses. */
  readonly images: readonly string[]
}

/** Stands for the words of a message that is a picture alone. */
const NO_WORDS = '(a picture)'

/** `place` names the message in errors. */
export function readContent(given: z.infer<typeof content>, place: string): Content {
  if (typeof given === 'string') return { text: given, images: [] }
  const images = given.flatMap((one) => (isPicture(one) ? [addressOf(one, place)] : []))
  const other = given.find((one) => one.type !== 'text' && !isPicture(one))
  if (other !== undefined) {
    throw new UserError(
      'invalid_argument',
      `${place}.content has a part of the type ${JSON.stringify(other.type)}. Send text and pictures.`,
    )
  }
  const text = given.map((one) => one.text ?? '').join('')
  return { text: text.trim() === '' && images.length > 0 ? NO_WORDS : text, images }
}

function isPicture({ type }: z.infer<typeof part>): boolean {
  return type === 'image' || type === 'image_url'
}

function addressOf({ source, image_url }: z.infer<typeof part>, place: string): string {
  if (image_url !== undefined) return typeof image_url === 'string' ? image_url : image_url.url
  if (source?.url !== undefined) return source.url
  if (source?.data !== undefined)
    return `data:${source.media_type ?? 'image/png'};base64,${source.data}`
  throw new UserError(
    'invalid_argument',
    `${place}.content has a picture without its data. Give it as base64 or as an https address.`,
  )
}
