import type { Run } from '../../core/run.ts'
import type { Reads } from '../../storage/port/store.ts'
import type { TakenPicture } from '../inbox/take-pictures.ts'

/** The pictures of the message that began the run, to be passed on with it. */
export async function sentPictures(
  { pictures }: Pick<Reads, 'pictures'>,
  run: Run,
): Promise<readonly TakenPicture[]> {
  const taken: TakenPicture[] = []
  for (const picture of run.pictures) {
    const bytes = await pictures.bytes(run.agentId, picture.digest)
    if (bytes) taken.push({ picture, bytes })
  }
  return taken
}
