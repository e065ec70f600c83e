import { UserError } from '../../core/errors.ts'
import { isLonger, LIMITS } from '../../core/limits.ts'
import { cleanText, countCharacters } from '../../core/text.ts'

/** The text as it is stored. Throws a UserError if it is empty or too long. */
export function checkMessage(text: string): string {
  const clean = cleanText(text)
  if (clean.trim() === '')
    throw new UserError('invalid_argument', 'The message is empty. Say something to the agent.')
  // A message is sent whole at every step until it leaves the context; longer texts belong in the archive.
  if (isLonger(clean, LIMITS.message)) {
    throw new UserError(
      'limit_exceeded',
      `A message holds at most ${LIMITS.message} characters and this one has ${countCharacters(clean)}. Put long texts into the archive with insert_archival, and refer to them.`,
    )
  }
  return clean
}
