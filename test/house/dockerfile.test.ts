import { readFileSync } from 'node:fs'
import { validate } from 'dockerfile-utils'
import { expect, test } from 'vitest'

const text = readFileSync('Dockerfile', 'utf8')
/** One to a line. */
const instructions = text
  .replaceAll('\\\n', ' ')
  .split('\n')
  .filter((line) => /^[A-Z]/.test(line))
const the = (name: string) =>
  instructions
    .filter((line) => line.startsWith(`${name} `))
    .map((line) => line.slice(name.length + 1))

test('the linter has nothing to say', () => {
  expect(validate(text)).toEqual([])
  expect(validate(`${text}\nFETCH it\n`)).toHaveLength(1)
})

test('every image is of a major version, and the last one is small', () => {
  expect(the('ARG')).toEqual([expect.stringMatching(/^NODE=\d+$/)])
  for (const from of the('FROM')) expect(from).toMatch(/^node:\$\{NODE\}-bookworm\b/)
  expect(the('FROM').at(-1)).toMatch(/-slim$/)
})

test('nobody runs as root, and there is one place for data', () => {
  expect(the('USER')).toEqual(['node'])
  expect(instructions.indexOf('USER node')).toBeLessThan(
    instructions.findIndex((line) => line.startsWith('ENTRYPOINT')),
  )
  expect(the('VOLUME')).toEqual(['/data'])
  expect(the('ENV').join()).toContain('RECOLLECT_HOME=/data')
})

test('what runs is started without a shell, which would keep signals to itself', () => {
  const [check = ''] = the('HEALTHCHECK')
  for (const command of [...the('ENTRYPOINT'), ...the('CMD'), check.replace(/^.*?CMD /, '')]) {
    expect(JSON.parse(command)).toBeInstanceOf(Array)
  }
  expect(check).toContain('/health')
})

test('no secret is part of an image', () => {
  expect(text).not.toMatch(/(ENV|ARG) .*(TOKEN|KEY|PASSWORD)/)
  // Everything is left out that is not named.
  expect(readFileSync('.dockerignore', 'utf8')).toMatch(/^\*$/m)
})
