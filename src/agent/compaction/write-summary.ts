import type { SummaryMethod } from '../../core/agent.ts'
import { estimateTokens } from '../../core/estimate-tokens.ts'
import type { Message } from '../../core/message.ts'
import { addUsage, NO_USAGE, type TokenUsage } from '../../core/run.ts'
import { cleanText } from '../../core/text.ts'
import { PROMPTS } from '../../generated/prompts.ts'
import type { ChatModel, ModelResult } from '../../llm/model.ts'
import { escapeStructure } from '../tools/escape-structure.ts'
import { extractSummary, fitLines } from './extract-summary.ts'
import { throwIfExhausted } from './throw-if-exhausted.ts'
import { transcriptPieces } from './transcript.ts'

export interface SummaryRequest {
  /** Undefined: none is available, or none is wanted. */
  readonly model: ChatModel | undefined
  /** Notes so far; empty: none. */
  readonly previous: string
  readonly evicted: readonly Message[]
  /** Tokens that the notes may take in the context. */
  readonly budgetTokens: number
  /** Tokens that a request to the model may take. */
  readonly windowTokens: number
  readonly signal: AbortSignal
}

export interface WrittenSummary {
  readonly text: string
  readonly method: SummaryMethod
  /** Why no model wrote the notes, in a sentence. */
  readonly problem?: string
  /** Sum over the model calls that were made. */
  readonly usage: TokenUsage
}

/** For English, chosen by hand. Other languages need more tokens per word; their notes are cut by tokens below. */
const TOKENS_PER_WORD = 1.4

/**
 * Writes notes on the evicted messages and adds them to the notes so far. The model reads the transcript in pieces that
 * fit its window and rewrites the notes with each piece. Any failure of the model still leaves notes. Rejects with a
 * UserError `busy` if this process could not make the call.
 */
export async function writeSummary(request: SummaryRequest): Promise<WrittenSummary> {
  const { model, previous, evicted, budgetTokens, windowTokens, signal } = request
  let usage = NO_USAGE
  if (!model) {
    return { text: extractSummary(previous, evicted, budgetTokens), method: 'extract', usage }
  }
  const room = windowTokens - 2 * budgetTokens - estimateTokens(PROMPTS.summarize)
  // The rest of the room is a margin for estimation errors. Both numbers are chosen by hand.
  const pieces = transcriptPieces(evicted, Math.max(300, Math.floor(room * 0.7)))
  let notes = previous
  for (const piece of pieces) {
    const result = await model.call(
      {
        messages: [
          { role: 'system', text: instructions(budgetTokens) },
          { role: 'user', text: material(notes, piece) },
        ],
        tools: [],
        toolChoice: 'auto',
      },
      { signal },
    )
    if (result.kind === 'failure') throwIfExhausted(result.failure)
    if (result.kind === 'answer') usage = addUsage(usage, result.answer.usage)
    const written = notesIn(result)
    if (written.problem !== undefined) {
      const text = extractSummary(previous, evicted, budgetTokens)
      return { text, method: 'extract', problem: written.problem, usage }
    }
    const fits = estimateTokens(written.text) <= budgetTokens
    notes = fits
      ? written.text
      : fitLines(written.text.split('\n').flatMap(sentences), budgetTokens)
  }
  return { text: notes, method: 'model', usage }
}

function instructions(budgetTokens: number): string {
  const words = Math.max(50, Math.floor(budgetTokens / TOKENS_PER_WORD))
  return PROMPTS.summarize.trim().replace('{WORDS}', String(words))
}

function material(notes: string, piece: string): string {
  return `# The notes so far\n\n${notes === '' ? '(none)' : escapeStructure(notes)}\n\n# The new part of the conversation\n\n${piece}`
}

function notesIn(result: ModelResult): { readonly text: string; readonly problem?: string } {
  if (result.kind === 'failure') {
    const { reason, message } = result.failure
    // If the caller stopped the whole run, nobody reads this.
    return { text: '', problem: reason === 'aborted' ? 'It was not done in time.' : message }
  }
  const { text, finish } = result.answer
  if (finish !== 'stop') return { text: '', problem: 'The model did not finish the summary.' }
  if (text.trim() === '') return { text: '', problem: 'The model wrote an empty summary.' }
  return { text: cleanText(text.trim()) }
}

/** Splits a line, so that a model that writes one long line loses only the middle of it. */
function sentences(line: string): readonly string[] {
  return line.length < 400 ? [line] : line.split(/(?<=[.!?])\s+|(?<=[。！？])/u)
}
