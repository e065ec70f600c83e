import { UserError } from '../../core/errors.ts'
import { type Person, Question } from './person.ts'

const KEY = 'confirm'

interface Confirmation {
  /** The argument of that name. */
  readonly confirm: boolean | undefined
  readonly person: Person | undefined
  /** Asked only where the client can ask; `about` is the id of what it is about. */
  readonly question: () => Promise<{ readonly text: string; readonly about: string }>
  /** A sentence: what stayed, and what a call with `confirm: true` does. */
  readonly refusal: string
}

/** Returns when the call was meant: its argument says so, or the person does. Otherwise asks, or throws a UserError. */
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
