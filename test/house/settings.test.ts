import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { SETTING_NAMES, unknownSettings } from '../../src/core/setting-names.ts'

/* A name that the program reads and does not know would be warned about. */

const NAMES = /\bRECOLLECT_[A-Z][A-Z_]*[A-Z]\b/g
/** Put in by the build. */
const BUILT_IN = ['RECOLLECT_VERSION', 'RECOLLECT_PARSER']

function namesIn(text: string): readonly string[] {
  return [...text.matchAll(NAMES)].map(([name]) => name)
}

test('every variable that the program or the README names is known', () => {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.startsWith('generated'))
    .map((file) => readFileSync(join('src', file), 'utf8'))
  const named = new Set([...files, readFileSync('README.md', 'utf8')].flatMap(namesIn))
  expect([...named].filter((name) => ![...SETTING_NAMES, ...BUILT_IN].includes(name))).toEqual([])
})

test('a name that is nearly right is told the right one, and those of Kubernetes are left alone', () => {
  expect(unknownSettings(['RECOLLECT_MODLE', 'RECOLLECT_MODEL', 'PATH'])).toEqual([
    'RECOLLECT_MODLE is no setting and changes nothing; did you mean RECOLLECT_MODEL?',
  ])
  expect(unknownSettings(['RECOLLECT_ENTIRELY_ELSE'])).toEqual([
    'RECOLLECT_ENTIRELY_ELSE is no setting and changes nothing; README.md lists those that there are.',
  ])
  expect(unknownSettings(['RECOLLECT_OPENIA_API'], ['RECOLLECT_OPENAI_API'])).toEqual([
    'RECOLLECT_OPENIA_API is no setting and changes nothing; did you mean RECOLLECT_OPENAI_API?',
  ])
  expect(unknownSettings(['RECOLLECT_SERVICE_HOST', 'RECOLLECT_PORT_8283_TCP'])).toEqual([])
})
