import { UserError } from '../../core/errors.ts'
import { type Person, Question } from './person.ts'

const KEY = 'confirm'

interface Confirmation {
  /** The tool's `confirm` argument. */
  readonly confirm: boolean | undefined
  readonly person: Person | undefined
  /** Called only if the client supports elicitation. `about` is the id of the object in question. */
  readonly question: () => Promise<{ readonly text: string; readonly about: string }>
  /** One sentence: nothing was changed, and what a call with `confirm: true` does. */
  readonly refusal: string
}

/**
 * Returns if the call is confirmed, by its argument or by the person. Otherwise asks the person, or throws a UserError.
 */
export async function requireConfirmation({
  confirm,
  person,
  question,
  refusal,
}: Confirmation): Promise<void> {
  if (confirm === true || person?.answerTo(KEY) === true) return
  if (person && person.resumed === undefined) {
    const { text, about } = await question()
    throw new Question(KEY, text, about)
  }
  throw new UserError(
    'invalid_argument',
    `${refusal} Call again with confirm: true if that is meant.`,
  )
}
