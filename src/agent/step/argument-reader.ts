/** A piece of a JSON object that is still being written. */
export type ArgumentPiece =
  | { readonly kind: 'member'; readonly key: string }
  /** The next characters of the member's value, as JSON text. */
  | { readonly kind: 'raw'; readonly text: string }
  /** The same characters, decoded, if the value is a string. Follows the `raw` piece that it decodes. */
  | { readonly kind: 'text'; readonly text: string }

type State = 'before_object' | 'before_key' | 'key' | 'before_value' | 'value' | 'over'

/**
 * Reads the members of a JSON object piece by piece, each character once. Lenient: raw line breaks and control
 * characters inside strings are accepted. Text that is no object gives nothing.
 */
export class ArgumentReader {
  #state: State = 'before_object'
  #key = ''
  #depth = 0
  #inString = false
  /** The value of the member is a string. */
  #isText = false
  readonly #escapes = new EscapeReader()
  #raw = ''
  #text = ''
  #pieces: ArgumentPiece[] = []

  add(piece: string): readonly ArgumentPiece[] {
    this.#pieces = []
    for (const character of piece) this.#take(character)
    this.#flush()
    return this.#pieces
  }

  #take(character: string): void {
    switch (this.#state) {
      case 'before_object':
        if (character === '{') this.#state = 'before_key'
        else if (character.trim() !== '') this.#state = 'over'
        return
      case 'before_key':
        if (character === '}') this.#state = 'over'
        if (character !== '"') return
        this.#key = ''
        this.#state = 'key'
        return
      case 'key':
        this.#takeKey(character)
        return
      case 'before_value':
        if (character === ':' || character.trim() === '') return
        this.#state = 'value'
        this.#isText = character === '"'
        this.#depth = 0
        this.#takeValue(character)
        return
      case 'value':
        if (this.#inString) this.#takeString(character)
        else this.#takeValue(character)
        return
      case 'over':
        return
    }
  }

  #takeKey(character: string): void {
    if (character === '"' && !this.#escapes.isOpen) {
      this.#pieces.push({ kind: 'member', key: this.#key })
      this.#state = 'before_value'
    } else this.#key += this.#escapes.add(character)
  }

  #takeString(character: string): void {
    this.#raw += character
    if (character !== '"' || this.#escapes.isOpen) {
      const decoded = this.#escapes.add(character)
      if (this.#isText) this.#text += decoded
      return
    }
    this.#inString = false
    if (this.#isText) this.#flush()
    this.#isText = false
  }

  #takeValue(character: string): void {
    if (this.#depth === 0 && (character === ',' || character === '}')) {
      this.#flush()
      this.#state = character === ',' ? 'before_key' : 'over'
      return
    }
    this.#raw += character
    if (character === '"') this.#inString = true
    else if (character === '{' || character === '[') this.#depth += 1
    else if (character === '}' || character === ']') this.#depth -= 1
  }

  #flush(): void {
    if (this.#raw !== '') this.#pieces.push({ kind: 'raw', text: this.#raw })
    this.#raw = ''
    // The first half of a surrogate pair waits for the second.
    const half = /[\ud800-\udbff]$/.exec(this.#text)?.[0] ?? ''
    const text = this.#text.slice(0, this.#text.length - half.length)
    if (text !== '') this.#pieces.push({ kind: 'text', text })
    this.#text = half
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}
/** `\uXXXX`. */
const UNICODE_ESCAPE_LENGTH = 6

/** Decodes the escapes of a JSON string, character by character. */
class EscapeReader {
  #escape = ''

  /** Inside an escape that is not complete yet. */
  get isOpen(): boolean {
    return this.#escape !== ''
  }

  /** The characters that this one adds to the string; none while an escape is incomplete. */
  add(character: string): string {
    if (this.#escape === '') {
      if (character !== '\\') return character
      this.#escape = character
      return ''
    }
    this.#escape += character
    const name = this.#escape[1] ?? ''
    if (name === 'u' && this.#escape.length < UNICODE_ESCAPE_LENGTH) return ''
    const code = Number.parseInt(this.#escape.slice(2), 16)
    this.#escape = ''
    return name === 'u'
      ? String.fromCharCode(Number.isNaN(code) ? 0xfffd : code)
      : (ESCAPES[name] ?? name)
  }
}
