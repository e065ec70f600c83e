/*
 * The marks around thinking in a model's text, as data. Each name is accepted in each kind of brackets, so a dialect
 * that differs only by its brackets needs no line of its own.
 */

/** Names that always mean thinking when they stand alone. */
const SURE = String.raw`(?:[\w-]+[_:])?think(?:ing)?|(?:[\w-]+:)?thoughts?|antthinking|inner_(?:thoughts?|monologue)|scratchpad|seed:cot_budget_reflect`
/** Names that mean thinking only at the beginning of an answer. */
const LIKELY = String.raw`reasoning|reason|analysis|reflection|planning|cot`

export interface ThinkingMark {
  readonly open: RegExp
  /** `$1` is the group that `open` captured. */
  readonly close: string
  /** The position where the mark opens thinking. `line`: at the beginning of a line. */
  readonly at: 'anywhere' | 'line' | 'start'
}

export const THINKING_MARKS: readonly ThinkingMark[] = [
  { open: /<(think)(?:\s[^<>]*)?>/, close: '</$1>', at: 'anywhere' },
  { open: new RegExp(`<(${SURE})(?:\\s[^<>]*)?>`, 'i'), close: '</$1>', at: 'line' },
  { open: new RegExp(`<(${LIKELY})(?:\\s[^<>]*)?>`, 'i'), close: '</$1>', at: 'start' },
  {
    open: /<(details) type="reasoning"[^>]*>(?:\s*<summary>[^<]*<\/summary>)?/,
    close: '</$1>',
    at: 'start',
  },
  { open: new RegExp(`\\[(${SURE})\\]`, 'i'), close: '[/$1]', at: 'line' },
  { open: new RegExp(`\\[(${LIKELY})\\]`, 'i'), close: '[/$1]', at: 'start' },
  { open: new RegExp(`◁(${SURE})▷`, 'i'), close: '◁/$1▷', at: 'anywhere' },
  { open: /^\s*<\|think\|>(?=[\s\S]*<\|end\|><\|begin\|>)/, close: '<|end|>', at: 'start' },
  { open: new RegExp(`<\\|(${SURE}|reasoning)\\|>`, 'i'), close: '<|/$1|>', at: 'anywhere' },
  { open: /<\|START_(THINKING|REFLECTION)\|>/, close: '<|END_$1|>', at: 'anywhere' },
  {
    open: /<\|begin_of_(thought|thinking|think|reasoning)\|>/,
    close: '<|end_of_$1|>',
    at: 'anywhere',
  },
  { open: /<｜begin▁of▁(think|thinking)｜>/, close: '<｜end▁of▁$1｜>', at: 'anywhere' },
  {
    open: /<\|(think|thinking|thought|reasoning)_(?:start|begin)\|>/,
    close: '<|$1_end|>',
    at: 'anywhere',
  },
  { open: /<\|inner_prefix\|>/, close: '<|inner_suffix|>', at: 'anywhere' },
  { open: /<\|channel>(?:thought|analysis|thinking)\b/, close: '<channel|>', at: 'anywhere' },
  { open: /Here( is|['’]s) my thought process:/, close: 'Here$1 my response:', at: 'start' },
]

/** Closing tags of any of the names; a model may close another than it opened. */
export const ANY_CLOSE = new RegExp(`<\\/(?:${SURE})>`, 'i')

/**
 * Closes thinking that was opened in the prompt. Counts at the beginning of a line, or anywhere if it is a control
 * token.
 */
export const LONE_CLOSE = new RegExp(
  `(?:^|\\n)<\\/(?:${SURE})>|<\\/think>(?![ \\t\`"'.,;:)])|\\[\\/THINK\\]|◁\\/think▷|<\\|END_THINKING\\|>|<\\|end_of_thought\\|>|<\\|inner_suffix\\|>`,
  'i',
)

/** Marks around the answer that follows the thinking. */
export const ANSWER = /^\s*<(answer|response|final_answer|output)>([\s\S]*?)(?:<\/\1>\s*)?$/i
