import { docx, pdf, zip } from '../files.ts'
import { json, latin, lines, marked, type Shape, utf16, utf16Big } from './shape.ts'

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

const TABLE: readonly Shape[] = [
  ['comma.csv', 'name,size\nJib,14\nMain,40\n', [/name: Jib\nsize: 14/, /name: Main\nsize: 40/]],
  ['semicolon.csv', marked('Ort;Preis\r\nKöln;4,50\r\n'), [/Ort: Köln\nPreis: 4,50/]],
  ['tabs.tsv', 'id\tsaid\n7\tone, two; three\n', [/id: 7\nsaid: one, two; three/]],
  ['pipes.csv', 'a|b\n1|2\n', [/a: 1\nb: 2/]],
  [
    'quoted.csv',
    'who,note\n"Ada, B.","said ""no""\nand left"\n',
    [/who: Ada, B\.\nnote: said "no"\nand left/],
  ],
  ['ragged.csv', 'a,b\n1\n2,3,4\n', [/^a: 1$/m, /a: 2\nb: 3\ncolumn 3: 4/]],
  [
    'windows.csv',
    latin('Stadt;Stra\xdfe\nM\xfcnchen;Weinstra\xdfe 3\n'),
    [/Stadt: München\nStraße: Weinstraße 3/],
  ],
  ['excel.csv', utf16('Имя\tГород\r\nАнна\tКазань\r\n'), [/Имя: Анна\nГород: Казань/]],
  [
    'dates.csv',
    'date,entry\n2026-05-04,Kiln lit\n04.05.2026,Kiln out\n',
    [/date: 2026-05-04\nentry: Kiln lit/, /date: 04\.05\.2026/],
  ],
  ['gaps.csv', 'a,b,c\n\n1,,3\n\n', [/a: 1\nc: 3/]],
]

const JSON_FILES: readonly Shape[] = [
  [
    'rows.json',
    json([
      { boat: 'Ada', sails: 2 },
      { boat: 'Ben', sails: 1 },
    ]),
    [/boat: Ada\nsails: 2/, /boat: Ben/],
  ],
  [
    'fields.json',
    json({ opening: 'Nine to five.', address: { street: 'Quay 4' } }),
    [/opening\n\nNine to five/, /address\n\nstreet: Quay 4/],
  ],
  [
    'nested.json',
    json([{ id: 1, crew: [{ name: 'Mia' }, { name: 'Tom' }] }]),
    [/"crew"[\s\S]*Mia[\s\S]*Tom/],
  ],
  ['strings.json', json(['Buy rope', 'Paint the hull']), [/Buy rope/, /Paint the hull/]],
  [
    'mixed.json',
    json([{ a: 'An object.' }, 'A string beside, with [brackets].', 42, null, ['A list.']]),
    [/a: An object/, /A string beside, with \[brackets\]/, /^42$/m, /A list/],
  ],
  ['marked.json', marked(json([{ town: 'Łódź' }])), [/town: Łódź/]],
  ['utf16.json', utf16(json([{ town: 'Plzeň' }])), [/town: Plzeň/]],
  ['text.json', '"Just one text."', [/Just one text/]],
  ['cut.json', '[{"a":1},{"b":', /It ends in the middle/],
  ['wrong.json', "{'single': 'quotes'}", /It is no JSON that can be read/],
]

const JSON_LINES: readonly Shape[] = [
  ['rows.jsonl', lines({ port: 'Bari' }, { port: 'Split' }), [/port: Bari/, /port: Split/]],
  ['blank.jsonl', '\n{"port":"Hull"}\n\n\n{"port":"Cork"}\n\n', [/port: Hull/, /port: Cork/]],
  ['crlf.ndjson', '{"port":"Oslo"}\r\n{"port":"Bergen"}\r\n', [/port: Oslo/, /port: Bergen/]],
  ['nested.jsonl', lines({ trip: { from: 'Kiel', to: 'Oslo' } }), [/"trip"[\s\S]*Kiel/]],
  ['strings.jsonl', '"First line."\n"Second line."\n', [/First line/, /Second line/]],
  ['marked.jsonl', marked('{"port":"Århus"}\n'), [/port: Århus/]],
  ['utf16.jsonl', utf16Big('{"port":"Gdańsk"}\n'), [/port: Gdańsk/]],
  [
    'speakers.jsonl',
    lines(
      { role: 'user', content: 'Where is it?' },
      { role: 'assistant', content: 'In the shed.' },
    ),
    [/User: Where is it\?/, /Assistant: In the shed/],
  ],
  ['broken.jsonl', '{"a":1}\n{"b":\n', /Line 2 is no JSON/],
  ['table.jsonl', 'a,b\n1,2\n', /Line 1 is no JSON/],
]

const CODE: readonly Shape[] = [
  [
    'boat.ts',
    'export function sail(): void {}\n\nexport class Boat {\n  name = "Ada"\n}\n',
    [/^boat\.ts\n\nexport function sail[\s\S]*class Boat/m],
  ],
  [
    'tide.py',
    'def high(hour):\n    """High tide."""\n    return hour % 12\n\nclass Tide:\n    pass\n',
    [/^tide\.py\n\ndef high[\s\S]*class Tide/m],
  ],
  ['main.go', 'package main\n\nfunc main() {\n\tprintln("ahoy")\n}\n', [/println\("ahoy"\)/]],
  ['lib.rs', 'pub fn knots(m: f64) -> f64 { m * 0.54 }\n', [/pub fn knots/]],
  [
    'Ship.java',
    'class Ship {\r\n  /** Größe */\r\n  int size = 3;\r\n}\r\n',
    [/Größe[\s\S]*int size = 3/],
  ],
  [
    'query.sql',
    "SELECT name FROM boat -- all\nWHERE harbour = 'Bari';\n",
    [/WHERE harbour = 'Bari'/],
  ],
  ['deploy.sh', '#!/bin/sh\nset -eu\necho "$1" | tee log\n', [/set -eu[\s\S]*tee log/]],
  [
    'conf.yaml',
    'harbour:\n  berths: 12\n  # closed in winter\n',
    [/berths: 12[\s\S]*closed in winter/],
  ],
  ['old.c', latin('/* gr\xf6\xdfer */\nint main(void) { return 0; }\n'), [/größer[\s\S]*int main/]],
  [
    'long.js',
    Array.from({ length: 200 }, (_, at) => `function step${at}() {\n  return ${at}\n}\n`).join(
      '\n',
    ),
    [/function step0\(/, /function step199\(/],
  ],
]

const ZIP: readonly Shape[] = [
  ['one.zip', zip({ 'a.md': '# A\n\nIn the zip.' }), [/A\n\nIn the zip/]],
  ['folders.zip', zip({ 'x/b.txt': 'Deep B.', 'x/y/c.txt': 'Deeper C.' }), [/Deep B/, /Deeper C/]],
  [
    'kinds.zip',
    zip({ 't.csv': 'a,b\n1,2\n', 'w.docx': docx(['Word inside.']), 'z.pdf': pdf(['PDF inside.']) }),
    [/a: 1\nb: 2/, /Word inside/, /PDF inside/],
  ],
  ['names.zip', zip({ 'übung/größe.txt': 'Umlauts in the name.' }), [/Umlauts in the name/]],
  [
    'mac.zip',
    zip({ 'n.txt': 'The real one.', '__MACOSX/._n.txt': 'The shadow.' }),
    [/^(?![\s\S]*shadow)[\s\S]*The real one/],
  ],
  ['parts.zip', zip({ 'good.txt': 'The good part.', 'bad.json': '{oops' }), [/The good part/]],
  [
    'encodings.zip',
    zip({ 'l.txt': latin('Fa\xe7ade'), 'u.txt': utf16('Ötzi') }),
    [/Façade/, /Ötzi/],
  ],
  ['empty-file.zip', zip({ 'e.txt': '', 'f.txt': 'Not empty.' }), [/Not empty/]],
  ['cut.zip', zip({ 'a.txt': 'x'.repeat(2_000) }).slice(0, 50), /zip/i],
  ['text.zip', 'No zip at all.', /zip/i],
]

export const DOCUMENTS: Readonly<Record<string, readonly Shape[]>> = {
  Markdown: MARKDOWN,
  text: TEXT,
  HTML,
  PDF,
  Word: DOCX,
  tables: TABLE,
  JSON: JSON_FILES,
  'JSON Lines': JSON_LINES,
  'source code': CODE,
  zip: ZIP,
}
