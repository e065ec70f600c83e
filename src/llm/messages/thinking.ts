import type { Learned } from '../learned/learned.ts'
import type { ModelRequest } from '../model.ts'
import type { Fields } from '../wire/fields.ts'

/** Default output limit: enough for a step, and within the limit of every model. Chosen by hand. */
const USUAL_OUTPUT_TOKENS = 8_192
/** Tokens of thinking, in addition to the answer. Chosen by hand. */
const BUDGETS = { low: 2_048, medium: 8_192, high: 16_384 } as const
/** Anthropic's minimum. */
const MIN_BUDGET = 1_024

export interface Thinking {
  /** Fields of the request. */
  readonly fields: Fields
  readonly isOn: boolean
}

/**
 * Sets the limits of writing and thinking. Models from Claude 4.6 on take an effort and think as much as the question
 * needs; earlier ones take a token budget. A refusal tells which kind a model is.
 */
export function toThinking(
  { reasoning, maxOutputTokens = USUAL_OUTPUT_TOKENS }: ModelRequest,
  learned: Learned,
  mayThink: { readonly adaptive: boolean; readonly budget: boolean },
): Thinking {
  const most = learned.maxOutputTokens ?? Number.POSITIVE_INFINITY
  const off = { fields: { max_tokens: Math.min(maxOutputTokens, most) }, isOn: false }
  if (reasoning === undefined || reasoning === 'off') return off
  const { thinking = 'adaptive', omit = [], omitFields = [] } = learned
  const max = Math.min(maxOutputTokens + BUDGETS[reasoning], most)
  if (thinking === 'adaptive' && mayThink.adaptive) {
    return {
      fields: {
        max_tokens: max,
        thinking: {
          type: 'adaptive',
          // Newer models return no thinking unless they are asked for it.
          ...(!omitFields.includes('display') && { display: 'summarized' }),
        },
        ...(!omit.includes('output_config') && { output_config: { effort: reasoning } }),
      },
      isOn: true,
    }
  }
  // Must be smaller than the output limit.
  const budget = Math.min(BUDGETS[reasoning], Math.floor(max / 2))
  if (thinking !== 'budget' || !mayThink.budget || budget < MIN_BUDGET) return off
  return {
    fields: { max_tokens: max, thinking: { type: 'enabled', budget_tokens: budget } },
    isOn: true,
  }
}
