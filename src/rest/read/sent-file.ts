import { z } from 'zod'
import { cleanText } from '../../core/text.ts'

/** A file in a multipart form. JSON has no bytes, and bodies are checked like JSON. */
export interface SentFile {
  readonly file_name: string
  readonly base64: string
}

export const sentFile = z.object({ file_name: z.string(), base64: z.string() })

/** A file of text, or its text in a field. */
export const textFile = z
  .union([z.string(), sentFile])
  .transform((given) =>
    typeof given === 'string' ? given : cleanText(Buffer.from(given.base64, 'base64').toString()),
  )
