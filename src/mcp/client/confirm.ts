import { UserError } from '../../core/errors.ts'
import { type Person, Question } from './person.ts'

const KEY = 'confirm'

interface Confirmation {
  /** The tool's `confirm` argument. */
  readonly confirm: boolean | undefined
  readonly person: Person | undefined
}

interface Asked {
  /** One sentence: nothing was changed, and what a call with `confirm: true` does. */
  readonly refusal: string
  /** The object in question. Called only if the client supports elicitation. */
  readonly find: () => Promise<{ readonly id: string; readonly name: string }>
  readonly question: (name: string) => string
}

/**
 * Returns if the call is confirmed, by its argument or by the person. Otherwise asks the person, or throws a UserError.
 */
export async function requireConfirmation(
  { confirm, person }: Confirmation,
  { refusal, find, question }: Asked,
): Promise<void> {
  if (confirm === true || person?.answerTo(KEY) === true) return
  if (person && person.resumed === undefined) {
    const { id, name } = await find()
    throw new Question(KEY, question(name), id)
  }
  throw new UserError(
    'invalid_argument',
    `${refusal} Call again with confirm: true if that is meant.`,
  )
}
