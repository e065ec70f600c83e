/** Suffixes that a server's parser leaves on a name: channel marks, numbers, the name of a format. */
const TAILS: readonly RegExp[] = [
  /<[|｜][\s\S]*$/,
  /[:#]\d+$/,
  /\(\s*\)?$/,
  /\[\]$/,
  /[:=]+$/,
  /\.call$/,
  /[_.-]\d+$/,
  /_(?:tool|function)$/i,
]
const HEAD = /^(?:tools?|functions?)_/i
/** Longer names are no name with decoration. Chosen by hand. */
const MAX_CHARACTERS = 200
const GLUED = /(?:<?json>?|commentary|analysis|final)$/i
const QUOTES = /^[\s"'`*<[({]+|[\s"'`*>\])},;]+$/g

/**
 * Finds the only tool that a written name can mean: the name itself, or the name without the decoration that servers
 * and models add (`functions.x:0`, `x<|channel|>commentary`, `xjson`). Undefined: none, or several.
 */
export function resolveToolName(written: string, names: readonly string[]): string | undefined {
  if (names.includes(written)) return written
  const forms = formsOf(written)
  for (const form of forms) if (names.includes(form)) return form
  const folded = new Set(forms.map(fold))
  const alike = names.filter((name) => folded.has(fold(name)))
  return alike.length === 1 ? alike[0] : onlyNameIn(written, names)
}

/** The one tool whose whole name stands between marks of any kind: `to=functions.x <|constrain|>json`, `x{"a`. */
function onlyNameIn(written: string, names: readonly string[]): string | undefined {
  if (written.length > MAX_CHARACTERS) return undefined
  const words = new Set(written.split(/[^\w-]+/).flatMap((word) => [word, word.split('-').at(-1)]))
  const found = names.filter((name) => words.has(name))
  return found.length === 1 ? found[0] : undefined
}

/** Forms of the name, from the least to the most removed. */
function formsOf(written: string): readonly string[] {
  const bare = written.trim().replaceAll(QUOTES, '')
  const forms = [bare]
  let tailless = bare
  for (let before = ''; before !== tailless; ) {
    before = tailless
    for (const tail of TAILS) tailless = tailless.replace(tail, '').trim()
    tailless = tailless.replaceAll(QUOTES, '')
    forms.push(tailless)
  }
  const last = tailless.split(/[.:/]|__/).at(-1) ?? ''
  forms.push(last, tailless.replace(GLUED, '').trim(), last.replace(GLUED, '').trim())
  forms.push(last.replace(HEAD, ''))
  return forms.filter((form) => form !== '')
}

/** Names that differ only by capitals, dashes and dots count as equal. */
function fold(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.\s]/g, '')
}
