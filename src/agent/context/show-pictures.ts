import { growing } from '../../core/growing.ts'
import type { Message } from '../../core/message.ts'
import { describePicture, type Picture } from '../../core/picture.ts'
import { remembered } from '../../core/remembered.ts'
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
 * Chooses the pictures of the history that the model is shown, the newest first, by the index of their message.
 * `problems`: why a picture is not shown any more, by digest. Pure, so the choice is the same at every step of a turn.
 */
export function choosePictures(
  history: readonly Message[],
  problems: ReadonlyMap<string, string>,
): ReadonlyMap<number, ShownPictures> {
  const chosen = new Map<number, ShownPictures>()
  let left = MAX_BYTES
  for (const index of pictured(history).toReversed()) {
    const message = history[index] as Message
    const isNewest = chosen.size === 0
    const fates = picturesOf(message).map((picture): string => {
      const problem = problems.get(picture.digest)
      if (problem !== undefined) return `${PROBLEM}${problem}`
      left -= picture.size
      return isNewest || left >= 0 ? SHOWN : LEFT_OUT
    })
    chosen.set(index, shownOf(message, ...fates))
  }
  return chosen
}

const SHOWN = 'shown'
const LEFT_OUT = 'left out'
const PROBLEM = 'problem: '

/** The same object for the same choice, by which rendered messages are remembered. */
const shownOf = remembered((message: Message, ...fates: readonly string[]): ShownPictures => {
  const pictures: Picture[] = []
  const notes: string[] = []
  for (const [index, picture] of picturesOf(message).entries()) {
    const fate = fates[index] ?? SHOWN
    if (fate === SHOWN) pictures.push(picture)
    else if (fate === LEFT_OUT) notes.push(note('picture-left-out', picture))
    else notes.push(noteOfProblem(picture, fate.slice(PROBLEM.length)))
  }
  return { pictures, notes }
})

/** The indexes of the messages with pictures. */
export const pictured = growing(() => {
  const indexes: number[] = []
  let count = 0
  return {
    add(message: Message, changes) {
      if (picturesOf(message).length > 0) changes.push(indexes, count)
      count += 1
      changes.undoneBy(() => {
        count -= 1
      })
    },
    made: (): readonly number[] => [...indexes],
  }
})

/** The list with others in the place of the messages that have pictures. */
export function exchanged<Item>(
  items: readonly Item[],
  pictures: ReadonlyMap<number, ShownPictures>,
  exchange: (item: Item, shown: ShownPictures, index: number) => Item,
): readonly Item[] {
  if (pictures.size === 0) return items
  const all = [...items]
  for (const [index, shown] of pictures) all[index] = exchange(all[index] as Item, shown, index)
  return all
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
