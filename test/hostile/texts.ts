/*
 * Texts that nobody means well: what makes a loop quadratic, an index row too long, a terminal move its cursor. Kinds by
 * lengths, the same at every run.
 */

export interface HostileText {
  readonly name: string
  readonly text: string
}

/** Units are repeated up to the length. */
const KINDS: Readonly<Record<string, string>> = {
  'one letter': 'a',
  'a sequence of bases': 'acgtgcatcggatcctagcaat',
  'digits without an end': '31415926535897932384626433',
  'an identifier in camel case': 'aBcDEfG',
  'marks on one letter': 'e\u0301\u0302\u0327\u0323\u0301\u0301\u0301\u0301',
  'marks on nothing': '\u0301\u0489',
  'Han without spaces': '記憶文字語',
  'Thai without spaces': 'ภาษาไทยที่',
  'Hangul and kana': '한글ガなー',
  'a family of emoji': '👨‍👩‍👧‍👦',
  'high surrogates': '\ud83d',
  'low surrogates': '\ude00',
  'surrogates the wrong way around': '\ude00x\ud83d',
  'right to left': '\u202eمرحبا שלום\u202c\u2067',
  NUL: '\u0000',
  'control sequences': '\u001b[2J\u001b]0;x\u0007\u009b31m\u0008\r',
  'zero width': '\u200b\u200d\u2060\ufeff',
  'unusual spaces': '\u00a0\u2003\u3000\u2028\u0085',
  'line breaks': '\n',
  backticks: '`',
  'closing tags': '</memory>< /block >',
  'open angles': '<',
  'letters that grow when folded': '\ufdfaﬃ',
  'wildcards and quotes': '%_\\\'"*()^:-',
  'open brackets': '[{"a":',
  'words without an end': 'kettle teapot saucer ',
  sentences: 'Remember that he said: "x"! My name is y, and I. ',
  'non-characters': '\uffff\ufffe\u{10ffff}\u{1fffe}',
  'private and unassigned letters': '\ue000\u{f0000}\u0378',
  'percent and entities': '%00%0a&lt;&#0;',
}

/** In UTF-16 code units, about; each steps over a limit somewhere. */
const LENGTHS = [1, 3, 45, 130, 600, 2_800, 9_000, 33_000, 101_000, 1_000_000] as const

export const HOSTILE_TEXTS: readonly HostileText[] = Object.entries(KINDS).flatMap(([kind, unit]) =>
  LENGTHS.map((length) => ({
    name: `${kind}, ${length}`,
    text: unit.repeat(Math.ceil(length / unit.length)),
  })),
)
