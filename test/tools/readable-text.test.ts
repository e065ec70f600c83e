import { expect, it } from 'vitest'
import { readableText } from '../../src/tools/readable-text.ts'

it('keeps the words of a page, a line for each block', () => {
  const html = `<!doctype html><html><head><title>Boats &amp; Bells</title>
    <style>p { color: red }</style><script>if (a < b) alert("</p>")</script></head>
    <body><nav><a href="/">Home</a></nav><h1>Boats</h1><p>They <b>float</b>,&nbsp;mostly.</p>
    <!-- <p>hidden</p> --><ul><li>one<li>two &#x26; three</ul>1 < 2 &unknown; end</body></html>`
  expect(readableText(html).split('\n')).toEqual([
    'Boats & Bells',
    'Boats',
    'They float, mostly.',
    'one',
    'two & three',
    '1 < 2 &unknown; end',
  ])
})

it.each(['<script ', '<!--', '<', '<a', '</style', '<svg>', '&#'])(
  'reads a million characters of %j',
  (piece) => {
    expect(readableText(piece.repeat(1_000_000 / piece.length)).length).toBeLessThan(1_000_001)
  },
)
