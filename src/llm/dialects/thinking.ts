/*
 * How models mark their thinking in the text, as data. Every name in each kind of brackets is understood, so a dialect
 * that differs by its brackets alone needs no line of its own.
 */

/** Names that mean thinking wherever they stand alone. */
const SURE = String.raw`(?:[\w-]+[_:])?think(?:ing)?|(?:[\w-]+:)?thoughts?|antthinking|inner_(?:thoughts?|monologue)|scratchpad|seed:cot_budget_reflect`
/** Names that mean thinking at the beginning of an answer, and may be anything further on. */
const LIKELY = String.raw`reasoning|reason|analysis|reflection|planning|cot`

export interface ThinkingMark {
  readonly open: RegExp
  /** `$1` is what `open` caught. */
  readonly close: string
  /** Where it opens thinking. `line`: at the beginning of a line. */
  readonly at: 'anywhere' | 'line' | 'start'
}

export const THINKING_MARKS: readonly ThinkingMark[] = [
  { open: /<(think)>/, close: '</$1>', at: 'anywhere' },
  { open: new RegExp(`<(${SURE})>`, 'i'), close: '</$1>', at: 'line' },
  { open: new RegExp(`<(${LIKELY})>`, 'i'), close: '</$1>', at: 'start' },
  { open: new RegExp(`\\[(${SURE})\\]`, 'i'), close: '[/$1]', at: 'line' },
  { open: new RegExp(`◁(${SURE})▷`, 'i'), close: '◁/$1▷', at: 'anywhere' },
  { open: new RegExp(`<\\|(${SURE})\\|>`, 'i'), close: '<|/$1|>', at: 'anywhere' },
  { open: /<\|START_(THINKING|REFLECTION)\|>/, close: '<|END_$1|>', at: 'anywhere' },
  { open: /<\|begin_of_(thought|thinking|think)\|>/, close: '<|end_of_$1|>', at: 'anywhere' },
  { open: /<\|(think|thinking|thought)_(?:start|begin)\|>/, close: '<|$1_end|>', at: 'anywhere' },
  { open: /<\|inner_prefix\|>/, close: '<|inner_suffix|>', at: 'anywhere' },
  { open: /<\|channel>(?:thought|analysis|thinking)\b/, close: '<channel|>', at: 'anywhere' },
  { open: /Here is my thought process:/, close: 'Here is my response:', at: 'start' },
]

/** Ends thinking whose beginning stands in the prompt, at the beginning of a line or wherever it is a control token. */
export const LONE_CLOSE = new RegExp(
  `(?:^|\\n)<\\/(?:${SURE})>|\\[\\/THINK\\]|◁\\/think▷|<\\|END_THINKING\\|>|<\\|end_of_thought\\|>|<\\|inner_suffix\\|>`,
  'i',
)

/** Marks around the answer, beside thinking. */
export const ANSWER = /^\s*<(answer|response|final_answer|output)>([\s\S]*?)(?:<\/\1>\s*)?$/i
