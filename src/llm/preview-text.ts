/** A piece of a streamed text, as far as it is known to be no markup. */
export interface PreviewPiece {
  readonly kind: 'text' | 'reasoning'
  readonly text: string
}

const THINKING_NAME = String.raw`(?:[\w-]+[_:])?think(?:ing)?|(?:[\w-]+:)?thoughts?|reasoning|scratchpad`
const OPENS_THINKING = new RegExp(
  String.raw`^\s*(?:<(${THINKING_NAME})>|\[(${THINKING_NAME})\]|◁(${THINKING_NAME})▷)\s*`,
  'i',
)
/** The start of an answer that may become an opening mark of thinking. */
const MAY_OPEN_THINKING = /^\s*(?:[<[◁][\w:-]{0,24})?$/
/** The first two or three characters of possible markup of calls or thinking. */
const MAY_BE_MARKUP =
  /<[|｜/!]?[\w|｜]|<$|<[|｜/!]$|\[[A-Z{/]|\[tool_|\[to?$|\[$|[◁✿]|```|`{1,2}$|\n[ \t]*[[{]|to=functions/
/** The start of a JSON value at the beginning of a line. */
const OPENS_VALUE = /^[ \t]*[[{]/
/** HTML and Markdown marks that belong to ordinary text. */
const HARMLESS =
  /^<\/?(?:a|b|i|p|u|s|br|hr|em|ul|ol|li|h[1-6]|td|th|tr|div|img|sub|sup|span|code|pre|table|strong|details|summary)[\s/>]/i
const MAY_BE_HARMLESS = /^<\/?[a-z0-9]{0,7}$/i

/**
 * Shows a text as it streams. Thinking at its beginning is reported as reasoning. From the first possible markup of a
 * call or of thinking on, nothing more is shown, since only the whole text tells what it is.
 */
export class TextPreview {
  #pending = ''
  #mode: 'start' | 'thinking' | 'text' | 'held' = 'start'
  #close = ''
  #isLineStart = true

  add(piece: string): readonly PreviewPiece[] {
    this.#pending += piece
    const shown: PreviewPiece[] = []
    if (this.#mode === 'start') this.#start()
    if (this.#mode === 'thinking') shown.push(...this.#thinking())
    if (this.#mode === 'text') shown.push(...this.#text())
    if (this.#mode === 'held') this.#pending = ''
    return shown.filter(({ text }) => text !== '')
  }

  #start(): void {
    this.#pending = this.#pending.trimStart()
    const opened = OPENS_THINKING.exec(this.#pending)
    if (opened) {
      const name = opened[1] ?? opened[2] ?? opened[3] ?? ''
      this.#close = opened[1] ? `</${name}>` : opened[2] ? `[/${name}]` : `◁/${name}▷`
      this.#pending = this.#pending.slice(opened[0].length)
      this.#mode = 'thinking'
    } else if (!MAY_OPEN_THINKING.test(this.#pending)) this.#mode = 'text'
  }

  #thinking(): readonly PreviewPiece[] {
    const end = this.#pending.indexOf(this.#close)
    if (end < 0) {
      const safe = this.#pending.length - partialMatch(this.#pending, this.#close)
      const text = this.#pending.slice(0, safe)
      this.#pending = this.#pending.slice(safe)
      return [{ kind: 'reasoning', text }]
    }
    const text = this.#pending.slice(0, end)
    this.#pending = this.#pending.slice(end + this.#close.length)
    this.#mode = 'start'
    this.#start()
    return [{ kind: 'reasoning', text }]
  }

  #text(): readonly PreviewPiece[] {
    if (this.#isLineStart && OPENS_VALUE.test(this.#pending)) {
      this.#mode = 'held'
      return []
    }
    let from = 0
    for (;;) {
      const rest = this.#pending.slice(from)
      const markup = MAY_BE_MARKUP.exec(rest)
      if (!markup) return this.#show(this.#pending.length)
      const at = from + markup.index
      const mark = this.#pending.slice(at)
      if (HARMLESS.test(mark)) {
        from = at + 2
        continue
      }
      const pieces = this.#show(at)
      // A mark at the end may still turn out to be harmless.
      if (mark.length > 3 && !MAY_BE_HARMLESS.test(mark)) this.#mode = 'held'
      return pieces
    }
  }

  #show(end: number): readonly PreviewPiece[] {
    const text = this.#pending.slice(0, end)
    this.#pending = this.#pending.slice(end)
    if (text !== '') this.#isLineStart = /\n[ \t]*$/.test(text)
    return [{ kind: 'text', text }]
  }
}

/** Length of the longest suffix of the text that is a prefix of `mark`. */
function partialMatch(text: string, mark: string): number {
  for (let length = Math.min(mark.length - 1, text.length); length > 0; length -= 1) {
    if (text.endsWith(mark.slice(0, length))) return length
  }
  return 0
}
