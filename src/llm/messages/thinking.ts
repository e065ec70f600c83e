import type { Learned } from '../learned/learned.ts'
import type { ModelRequest } from '../model.ts'
import type { Fields } from '../wire/fields.ts'

/** How much is written where nobody says: enough for a step, and within what every model may write. */
const USUAL_OUTPUT_TOKENS = 8_192
/** Beside the answer. */
const BUDGETS = { low: 2_048, medium: 8_192, high: 16_384 } as const
const LEAST_BUDGET = 1_024

export interface Thinking {
  /** Of the request. */
  readonly fields: Fields
  readonly isOn: boolean
}

/**
 * What the model may write and think. Models from Claude 4.6 on think as much as the question needs, by an effort;
 * those before it take a budget of tokens. Which of them this is, a refusal tells.
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
          // Newer models tell nothing of their thinking unless they are asked to.
          ...(!omitFields.includes('display') && { display: 'summarized' }),
        },
        ...(!omit.includes('output_config') && { output_config: { effort: reasoning } }),
      },
      isOn: true,
    }
  }
  // It has to be smaller than the limit of the whole.
  const budget = Math.min(BUDGETS[reasoning], Math.floor(max / 2))
  if (thinking !== 'budget' || !mayThink.budget || budget < LEAST_BUDGET) return off
  return {
    fields: { max_tokens: max, thinking: { type: 'enabled', budget_tokens: budget } },
    isOn: true,
  }
}
