import { docx, pdf, zip } from '../files.ts'
import { json, latin, lines, marked, type Shape, utf16, utf16Big } from './shape.ts'

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

/** Files of tables, objects, code and archives. */
export const DATA_FILES = {
  tables: TABLE,
  JSON: JSON_FILES,
  'JSON Lines': JSON_LINES,
  'source code': CODE,
  zip: ZIP,
} satisfies Readonly<Record<string, readonly Shape[]>>
