import { docx, pdf, zip } from '../files.ts'
import { DATA_FILES } from './data-files.ts'
import { latin, marked, type Shape, utf16, utf16Big } from './shape.ts'

const MARKDOWN: readonly Shape[] = [
  [
    'front.md',
    '---\ntitle: Scones\ntags: [tea]\n---\n\n# Scones\n\nRub in the butter.',
    [/title: Scones/, /^Scones\n\nRub/m],
  ],
  [
    'table.md',
    '# Fares\n\n| Zone | Fare |\n|---|---:|\n| A | 2.40 |\n| B | 3.10 |',
    [/Fares[\s\S]*\| A \| 2\.40 \|[\s\S]*\| B/],
  ],
  [
    'setext.md',
    'Harbour\n=======\n\nOpen daily.\n\nBerths\n------\n\nTwelve.',
    [/Harbour\n\nOpen daily\./, /Harbour > Berths\n\nTwelve/],
  ],
  [
    'tasks.md',
    '## Monday\n- [x] post\n- [ ] bank\n\n## Tuesday\n1. dentist\n   - bring card',
    [/Monday[\s\S]*\[x\] post/, /Tuesday[\s\S]*bring card/],
  ],
  [
    'code.md',
    '# Setup\n\n```sh\n# not a heading\nnpm ci\n```\n\nThen start.',
    [/Setup[\s\S]*# not a heading[\s\S]*Then start/],
  ],
  [
    'crlf.md',
    '# Eins\r\n\r\nGrüße aus Köln.\r\n\r\n# Zwei\r\n\r\nBis bald.\r\n',
    [/^Eins\n\nGrüße aus Köln/m, /^Zwei\n\nBis bald/m],
  ],
  ['japanese.md', '# 会議\n\n## 議題\n\n鍵は花瓶の下にあります。', [/会議 > 議題\n\n鍵は花瓶の下/]],
  ['arabic.md', marked('# المفتاح\n\nالمفتاح تحت المزهرية.'), [/المفتاح\n\nالمفتاح تحت/]],
  [
    'links.md',
    '# See [the *map*](http://x.example/a)\n\nGo [north](b.md "b") ![pin](p.png).',
    [/See the map\n\nGo \[north\]/],
  ],
  [
    'deep.md',
    '#### Deep first\n\nNo parents.\n\n# Top\n\n### Skipped\n\nUnder top.',
    [/Deep first\n\nNo parents/, /Top(?: > )+Skipped\n\nUnder top/],
  ],
]

const TEXT: readonly Shape[] = [
  ['utf16.txt', utf16('Žluťoučký kůň'), [/Žluťoučký kůň/]],
  ['utf16-big.txt', utf16Big('Ёлка у окна'), [/Ёлка у окна/]],
  ['windows.txt', latin('Das kostet 5\x80 \x96 wirklich'), [/Das kostet 5€ – wirklich/]],
  [
    'server.log',
    '2026-01-02T03:04:05Z WARN disk 91%\n2026-01-02T03:05:00Z ERROR disk full\n',
    [/WARN disk 91%[\s\S]*ERROR disk full/],
  ],
  [
    'mail.txt',
    'From: Ada <ada@example.com>\nDate: Mon, 4 May 2026 09:00:00 +0200\nSubject: Keys\n\nUnder the pot.\n\n> Where?',
    [/From: Ada <ada@example\.com>[\s\S]*4 May 2026[\s\S]*> Where\?/],
  ],
  ['thai.txt', 'กุญแจอยู่ใต้กระถาง', [/กุญแจอยู่ใต้กระถาง/]],
  [
    'notes.org',
    '* Garden\n** TODO Prune roses\nDEADLINE: <2026-03-01 Sun>',
    [/TODO Prune roses[\s\S]*2026-03-01/],
  ],
  [
    'verse.txt',
    'The tide is in,\nthe tide is out.\n\n\n\nSo it goes. 🌊',
    [/tide is in,\nthe tide[\s\S]*So it goes\. 🌊/],
  ],
  ['README', 'A file without an ending.', [/A file without an ending/]],
  ['picture.txt', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 1]), /It is no text/],
]

const page = (body: string, head = '') =>
  `<!doctype html><html><head>${head}</head><body>${body}</body></html>`
const WORDS = 'The ferry crosses the bay six times a day, and twice on Sundays. '.repeat(12)
const HTML: readonly Shape[] = [
  [
    'article.html',
    page(
      `<nav>Menu item</nav><article><h1>Ferries</h1><p>${WORDS}</p><h2>Fares</h2><p>${WORDS} Two euros.</p></article>`,
      '<title>Bay News</title>',
    ),
    [/Bay News > Ferries[\s\S]*six times/, /Fares[\s\S]*Two euros/],
  ],
  [
    'table.html',
    page('<table><tr><th>Pier</th><th>Depth</th></tr><tr><td>East</td><td>4 m</td></tr></table>'),
    [/\| Pier[\s\S]*\| East +\| 4 m/],
  ],
  [
    'list.html',
    page('<ul><li>Rope<ul><li>12 mm</li></ul></li><li>Anchor</li></ul>'),
    [/Rope[\s\S]*12 mm[\s\S]*Anchor/],
  ],
  [
    'entities.html',
    page('<p>Fish &amp; chips &mdash; &pound;5 &#8364;6</p>'),
    [/Fish & chips — £5 €6/],
  ],
  [
    'cyrillic.html',
    Buffer.concat([
      latin('<html><head><meta charset="windows-1251"></head><body><p>'),
      Buffer.from([0xea, 0xeb, 0xfe, 0xf7]),
      latin('</p></body></html>'),
    ]),
    [/ключ/],
  ],
  [
    'shift-jis.html',
    Buffer.concat([
      latin('<meta http-equiv="Content-Type" content="text/html; charset=Shift_JIS"><p>'),
      Buffer.from([0x8c, 0xae]),
      latin('</p>'),
    ]),
    [/鍵/],
  ],
  [
    'script.html',
    page(
      '<p>Seen.</p><script>var hidden = 1</script><style>p{color:red}</style><noscript>Turn it on</noscript>',
    ),
    [/^(?![\s\S]*(?:hidden|color|Turn it on))[\s\S]*Seen\./],
  ],
  [
    'bodiless.html',
    '<html><head><title>Omitted</title></head><p>The body tag is left out.</html>',
    [/Omitted[\s\S]*The body tag is left out/],
  ],
  ['fragment.htm', '<h2>Only</h2><p>A piece without a body.', [/Only\n\nA piece without a body/]],
  [
    'unclosed.html',
    '<html><body><h1>Open<p>Never closed <b>bold<table><tr><td>cell',
    [/Open[\s\S]*Never closed[\s\S]*cell/],
  ],
  [
    'strict.xhtml',
    '<?xml version="1.0" encoding="ISO-8859-1"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title>T</title></head><body><p>Strict &#233;</p></body></html>',
    [/T\n\nStrict é/],
  ],
]

const PDF: readonly Shape[] = [
  ['pages.pdf', pdf(['First of two.', 'Second of two.']), [/Page 1\n\nFirst/, /Page 2\n\nSecond/]],
  ['blank.pdf', pdf(['', 'After a blank page.']), [/Page 2\n\nAfter a blank/]],
  [
    'rows.pdf',
    pdf(['Invoice 17) Tj 0 -14 Td (Date: 2026-04-01) Tj 0 -14 Td (Total: 40 EUR']),
    [/Invoice 17\s+Date: 2026-04-01\s+Total: 40 EUR/],
  ],
  [
    'escapes.pdf',
    pdf(['A \\(bracket\\) and a back\\\\slash']),
    [/A \(bracket\) and a back\\slash/],
  ],
  ['accents.pdf', pdf(['Caf\xe9 cr\xe8me']), [/Caf.+ cr.+me/]],
  ['named-wrong.txt', pdf(['A PDF under another name.']), [/Page 1\n\nA PDF under another name/]],
  [
    'many.pdf',
    pdf(Array.from({ length: 30 }, (_, at) => `Sheet ${at + 1} of thirty.`)),
    [/Page 1\n\nSheet 1 of/, /Page 30\n\nSheet 30 of/],
  ],
  ['scan.pdf', pdf(['', '']), /It holds no text, as a scan does/],
  ['cut-off.pdf', pdf(['x']).slice(0, 60), /It is no PDF that can be read/],
  ['empty.pdf', '', /It is no PDF that can be read/],
]

const DOCX: readonly Shape[] = [
  [
    'letter.docx',
    docx(['# Letter', 'Dear Ada,', 'the key is under the pot.']),
    [/Letter\n\nDear Ada,[\s\S]*under the pot/],
  ],
  [
    'headings.docx',
    docx(['# One', 'First.', '# Two', 'Second.']),
    [/One\n\nFirst/, /Two\n\nSecond/],
  ],
  ['table.docx', docx(['# Rooms', '|Kitchen|14', '|Hall|9']), [/Kitchen[\s\S]*14/, /Hall[\s\S]*9/]],
  ['greek.docx', docx(['# Κλειδί', 'Το κλειδί είναι κάτω.']), [/Κλειδί\n\nΤο κλειδί είναι κάτω/]],
  ['chinese.docx', docx(['钥匙在花盆下面。']), [/钥匙在花盆下面/]],
  ['signs.docx', docx(['Fish &amp; chips &lt;5 &gt;2']), [/Fish & chips <5 >2/]],
  [
    'dates.docx',
    docx(['# Minutes', '2026-02-03: Ben opens.', '2026-02-10: Ada closes.']),
    [/2026-02-03: Ben opens\.[\s\S]*2026-02-10: Ada closes/],
  ],
  [
    'long.docx',
    docx(Array.from({ length: 400 }, (_, at) => `Clause number ${at + 1} holds.`)),
    [/Clause number 1 holds/, /Clause number 400 holds/],
  ],
  ['zip-inside.docx', zip({ 'a.txt': 'no document' }), /It is no Word document that can be read/],
  ['text.docx', 'Only text with the ending.', /It is no Word document that can be read/],
]

export const DOCUMENTS: Readonly<Record<string, readonly Shape[]>> = {
  Markdown: MARKDOWN,
  text: TEXT,
  HTML,
  PDF,
  Word: DOCX,
  ...DATA_FILES,
}
