import { createHash } from 'node:crypto'
import { UserError } from '../core/errors.ts'
import type { AgentId } from '../core/ids.ts'
import { MAX_PICTURE_BYTES, type Picture } from '../core/picture.ts'
import { pictureFormat } from '../core/picture-format.ts'
import type { Transaction } from '../storage/port/store.ts'
import type { FilePicture } from './format/agent-file.ts'

export interface ImportedPicture {
  readonly picture: Picture
  readonly bytes: Uint8Array
  readonly problem: string | undefined
}

/** Throws UserError for a picture that is not what the file says. */
export function importPictures(pictures: readonly FilePicture[]): readonly ImportedPicture[] {
  return pictures.map(({ digest, data, problem }, index) => {
    const bytes = Buffer.from(data, 'base64')
    const format = pictureFormat(bytes)
    const isSame = createHash('sha256').update(bytes).digest('hex') === digest
    if (!format || !isSame || bytes.length > MAX_PICTURE_BYTES) throw wrong(index)
    return { picture: { ...format, digest, size: bytes.length }, bytes, problem }
  })
}

export async function keepPictures(
  tx: Transaction,
  agentId: AgentId,
  pictures: readonly ImportedPicture[],
): Promise<void> {
  for (const { picture, bytes, problem } of pictures) {
    await tx.pictures.keep(agentId, picture, bytes)
    if (problem !== undefined) await tx.pictures.setProblem(agentId, [picture.digest], problem)
  }
}

function wrong(index: number): UserError {
  return new UserError(
    'invalid_argument',
    `Invalid file: pictures[${index}].data is not the PNG, JPEG, WebP or GIF of at most 10 MB that its digest stands for; nothing was imported. Export the agent again.`,
  )
}
