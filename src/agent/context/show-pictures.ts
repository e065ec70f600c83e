import type { MessageId } from '../../core/ids.ts'
import type { Message } from '../../core/message.ts'
import { describePicture, type Picture } from '../../core/picture.ts'
import { PROMPTS } from '../../generated/prompts.ts'

export interface ShownPictures {
  readonly pictures: readonly Picture[]
  /** One line for each picture that is not shown. */
  readonly notes: readonly string[]
}

/**
 * Bytes of pictures in one request besides those of the newest message that has any. As base64 this stays below the
 * 20 MB that Google's page "Image understanding" allows for a request with inline data, the lowest of the usual limits.
 */
const MAX_BYTES = 14_000_000

/**
 * Chooses the pictures of the history that the model is shown, the newest first. `problems`: why a picture is not shown
 * any more, by digest. Pure, so the choice is the same at every step of a turn.
 */
export function choosePictures(
  history: readonly Message[],
  problems: ReadonlyMap<string, string>,
): ReadonlyMap<MessageId, ShownPictures> {
  const chosen = new Map<MessageId, ShownPictures>()
  if (!history.some(hasPictures)) return chosen
  let left = MAX_BYTES
  for (const message of history.toReversed()) {
    const pictures = picturesOf(message)
    if (pictures.length === 0) continue
    const isNewest = chosen.size === 0
    const shown: Picture[] = []
    const notes: string[] = []
    for (const picture of pictures) {
      const problem = problems.get(picture.digest)
      left -= problem === undefined ? picture.size : 0
      if (problem !== undefined) notes.push(noteOfProblem(picture, problem))
      else if (isNewest || left >= 0) shown.push(picture)
      else notes.push(note('picture-left-out', picture))
    }
    chosen.set(message.id, { pictures: shown, notes })
  }
  return chosen
}

function hasPictures(message: Message): boolean {
  return message.role === 'user' && message.pictures !== undefined
}

export function picturesOf(message: Message): readonly Picture[] {
  return message.role === 'user' ? (message.pictures ?? []) : []
}

export function noteOfProblem(picture: Picture, problem: string): string {
  return note('picture-problem', picture).replace('{PROBLEM}', () => problem)
}

function note(prompt: 'picture-left-out' | 'picture-problem', picture: Picture): string {
  return PROMPTS[prompt].trim().replace('{PICTURE}', describePicture(picture))
}
