import { z } from 'zod'
import { PICTURE_TYPES } from '../../core/picture.ts'

/** A picture in the JSON of a message. */
export const StoredPicture = z.object({
  digest: z.string(),
  mediaType: z.enum(PICTURE_TYPES),
  size: z.number(),
  width: z.number(),
  height: z.number(),
})

/** A picture in the JSON of a run. */
export const StoredSentPicture = StoredPicture.extend({ sentAs: z.string() })
