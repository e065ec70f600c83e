import type { Call } from '../call/route.ts'
import { Streamed } from '../call/streamed.ts'
import type { Turn } from '../read/turn.ts'
import { answerTurn } from './answer-turn.ts'
import { type Place, startTurn } from './start-turn.ts'
import { streamRun } from './stream-run.ts'

/** Starts a turn, and answers as JSON or as a stream. */
export async function answerLikeAsked(
  call: Call,
  place: Place,
  turn: Turn,
  isStream: boolean,
): Promise<object> {
  const { context, signal } = call
  const started = await startTurn(context, place, turn, call, call.repeats)
  if (!isStream) return answerTurn(context, started, turn.view, signal)
  return new Streamed((sink) => streamRun(context, started, turn.view, sink, signal))
}
