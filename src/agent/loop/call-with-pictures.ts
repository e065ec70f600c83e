import { excerpt } from '../../core/text.ts'
import type { ModelFailure, ModelRequest } from '../../llm/model.ts'
import { compileContext } from '../context/compile-context.ts'
import { hasPictures, withPictureData } from '../context/load-pictures.ts'
import { picturesOf } from '../context/show-pictures.ts'
import type { ModelOutcome } from './call-model.ts'
import type { ExactContext } from './compile-exactly.ts'
import { type HeldRun, held } from './held.ts'

export interface PictureOutcome extends ExactContext {
  readonly outcome: ModelOutcome
}

/** Characters of a provider's message that the agent is told. Chosen by hand. */
const MAX_PROBLEM_LENGTH = 300
const WARNING =
  'The model refused pictures of this conversation, so the agent was told of them in words instead: '

/**
 * Calls the model. If it refuses the request, a picture may be why, and would be why at every later step too: the call
 * is made again without the older pictures, then without any. Pictures without which it is answered are not shown any
 * more. `wasTooLarge`: the request was refused as too large before, and room was made for it.
 */
export async function callWithPictures(
  run: HeldRun,
  exact: ExactContext,
  wasTooLarge: boolean,
  call: (request: ModelRequest) => Promise<ModelOutcome>,
): Promise<PictureOutcome> {
  const first = await attempt(run, exact, call)
  if (!mayBeThePicture(first, wasTooLarge)) return first
  for (const digests of toDrop(run, exact)) {
    const { failure } = first.outcome
    const problem = excerpt(failure.message, MAX_PROBLEM_LENGTH)
    const again = await attempt(run, without(exact, digests, problem), call)
    if (again.outcome.kind !== 'answer') continue
    await held(run, (tx) => tx.pictures.setProblem(run.agentId, digests, problem))
    const { answer } = again.outcome
    const warnings = [...answer.warnings, WARNING + problem]
    return { ...again, outcome: { ...again.outcome, answer: { ...answer, warnings } } }
  }
  return first
}

async function attempt(
  run: HeldRun,
  exact: ExactContext,
  call: (request: ModelRequest) => Promise<ModelOutcome>,
): Promise<PictureOutcome> {
  const request = await withPictureData(run.store, run.agentId, exact.compiled.request)
  return { ...exact, outcome: await call(request) }
}

interface Refused extends PictureOutcome {
  readonly outcome: { readonly kind: 'failure'; readonly failure: ModelFailure }
}

function mayBeThePicture(tried: PictureOutcome, wasTooLarge: boolean): tried is Refused {
  const { outcome, compiled } = tried
  if (outcome.kind !== 'failure' || !hasPictures(compiled.request)) return false
  const { reason, message } = outcome.failure
  if (reason === 'aborted' || reason === 'exhausted' || reason === 'unauthorized') return false
  if (reason === 'context_overflow') return wasTooLarge
  return reason === 'rejected' || /image|picture|vision|multi-?modal|pixel/i.test(message)
}

/** The pictures to leave out, less and then more of them. */
function toDrop(run: HeldRun, { input, compiled }: ExactContext): readonly (readonly string[])[] {
  const shown = compiled.request.messages.flatMap((message) =>
    message.role === 'user' ? (message.pictures ?? []) : [],
  )
  const all = [...new Set(shown.map(({ digest }) => digest))]
  const own = new Set(
    input.history
      .filter(({ runId }) => runId === run.id)
      .flatMap(picturesOf)
      .map(({ digest }) => digest),
  )
  const older = all.filter((digest) => !own.has(digest))
  return older.length > 0 && older.length < all.length ? [older, all] : [all]
}

function without(
  { input }: ExactContext,
  digests: readonly string[],
  problem: string,
): ExactContext {
  const problems = new Map(input.pictureProblems)
  for (const digest of digests) problems.set(digest, problem)
  const changed = { ...input, pictureProblems: problems }
  return { input: changed, compiled: compileContext(changed) }
}
