const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  apos: "'",
  gt: '>',
  lt: '<',
  quot: '"',
}

/** The text without the escapes of HTML. */
export function unescaped(text: string): string {
  return text.replaceAll(/&(?:#(\d{1,6})|(amp|apos|gt|lt|quot));/g, (_, code, name: string) =>
    code === undefined ? (NAMED[name] ?? '') : String.fromCodePoint(Number(code)),
  )
}
