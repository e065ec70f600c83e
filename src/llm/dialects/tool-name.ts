/** What a server's parser leaves at the end of a name: channel marks, numbers, the name of a format. */
const TAILS: readonly RegExp[] = [
  /<[|｜][\s\S]*$/,
  /[:#]\d+$/,
  /\(\s*\)?$/,
  /\[\]$/,
  /[:=]+$/,
  /\.call$/,
]
const GLUED = /(?:<?json>?|commentary|analysis|final)$/i
const QUOTES = /^[\s"'`*<[({]+|[\s"'`*>\])},;]+$/g

/**
 * The tool that a written name can only mean: the name itself, or what is left of it without the decoration that
 * servers and models put around it (`functions.x:0`, `x<|channel|>commentary`, `xjson`). Undefined: none, or several.
 */
export function resolveToolName(written: string, names: readonly string[]): string | undefined {
  if (names.includes(written)) return written
  const forms = formsOf(written)
  for (const form of forms) if (names.includes(form)) return form
  const folded = new Set(forms.map(fold))
  const alike = names.filter((name) => folded.has(fold(name)))
  return alike.length === 1 ? alike[0] : undefined
}

/** From the least to the most that is taken off. */
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
  return forms.filter((form) => form !== '')
}

/** Names that differ by capitals and dashes alone are one to most who write them. */
function fold(name: string): string {
  return name.toLowerCase().replaceAll(/[-_\s]/g, '')
}
