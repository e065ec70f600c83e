import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { look } from '../storage/workplace.ts'
import { seededRandom } from '../support/stores.ts'
import { contentsOfFile, digestOf, fillFile, migrate, startMigrating } from './migrations.ts'
import { expectOneLine, newHome, removeHomes, runCommand, withoutKey } from './support.ts'

/* A copy that was not finished: by whatever it was stopped, it is never mistaken for one that is. */

let source: string
let all: Awaited<ReturnType<typeof contentsOfFile>>
beforeAll(async () => {
  source = join(newHome(), 'source.db')
  await fillFile(source, { agents: 1, passages: 2_000, messages: 1_000 }, ['default'])
  all = await contentsOfFile(source)
}, 60_000)
afterAll(removeHomes)

const url = (file: string) => `file:${file}`
const newFile = () => join(newHome(), 'target.db')

/** A copy of `from` that was stopped in the middle of it, when the copy had come as far as that. */
async function halfMade(from = source, isFarEnough = (_target: string) => true) {
  for (;;) {
    const target = newFile()
    const { process, copying, ended } = startMigrating(url(from), url(target))
    await copying
    process.kill('SIGINT')
    const stopped = await ended
    // 0: it was quicker than the signal.
    if (stopped.code !== 0 && isFarEnough(target)) return { target, stopped }
  }
}

describe('an interrupted copy', () => {
  it('says how to resume, and no server opens it', async () => {
    const { target, stopped } = await halfMade()
    expect(stopped.code).toBe(1)
    expect(stopped.stderr.split('\n').at(-2)).toMatch(/^recollect: Stopped.*the same command again/)
    const environment = { ...withoutKey(newHome()), RECOLLECT_DATABASE_URL: url(target) }
    for (const command of [['stats'], ['serve', '--port', '0'], ['backup', newFile()]]) {
      const finished = await runCommand(command, environment)
      expect([command[0], finished.code]).toEqual([command[0], 1])
      expectOneLine(finished)
      expect(finished.stderr).toMatch(/not finished/)
    }
    const asSource = await migrate(url(target), url(newFile()))
    expect(asSource).toMatchObject({ code: 1, stderr: expect.stringContaining('not finished') })
  })

  it('resumes where it was', async () => {
    const { target } = await halfMade()
    const finished = await migrate(url(source), url(target))
    expect(finished).toMatchObject({ code: 0, stderr: expect.stringMatching(/Going on behind/) })
    expect(await contentsOfFile(target)).toEqual(all)
  }, 60_000)

  it('starts over when the source has changed since', async () => {
    const changed = newFile()
    cpSync(source, changed)
    const { target } = await halfMade(changed)
    look(changed, (handle) => handle.exec("UPDATE agent SET description = 'changed' WHERE row = 1"))
    const finished = await migrate(url(changed), url(target))
    expect(finished).toMatchObject({ code: 0, stderr: expect.stringContaining('starts again') })
    expect(await contentsOfFile(target)).toEqual(await contentsOfFile(changed))
  }, 60_000)

  it('can only be resumed from its own source', async () => {
    const { target } = await halfMade()
    const other = newFile()
    await fillFile(other, { agents: 1, passages: 1, messages: 1 })
    const before = digestOf(target)
    const finished = await migrate(url(other), url(target))
    expect(finished.code).toBe(1)
    expect(finished.stderr).toMatch(new RegExp(`unfinished copy of ${source}, not of ${other}`))
    expect(digestOf(target)).toBe(before)
    const moved = newFile()
    cpSync(source, moved)
    const goesOn = await migrate(url(moved), url(target))
    expect(goesOn).toMatchObject({ code: 0, stderr: expect.stringContaining('Going on') })
  }, 60_000)

  it('whose rows differ from the source is detected, and made again', async () => {
    const alter = "UPDATE block SET value = 'altered' WHERE label = 'shared'"
    const { target } = await halfMade(
      source,
      (copy) => look(copy, (handle) => handle.prepare(alter).run().changes) > 0,
    )
    const finished = await migrate(url(source), url(target))
    expect(finished.code).toBe(1)
    expect(finished.stderr).toMatch(/differs from its source in block \(other contents\)/)
    const opened = await runCommand(['stats', '--database', url(target)], {})
    expect(opened).toMatchObject({ code: 1, stderr: expect.stringContaining('not finished') })
    const again = await migrate(url(source), url(target))
    expect(again).toMatchObject({ code: 0, stderr: expect.stringContaining('starts again') })
    expect(await contentsOfFile(target)).toEqual(all)
  }, 60_000)
})

it('killed again and again, a copy is complete in the end', async () => {
  const random = seededRandom(5)
  const before = digestOf(source)
  const target = newFile()
  let wentOn = 0
  for (let kills = 0; ; kills += 1) {
    const { process, copying, ended } = startMigrating(url(source), url(target))
    if (kills < 8) {
      await copying
      await setTimeout(random() * 100)
      process.kill('SIGKILL')
    }
    const { code, stderr } = await ended
    if (stderr.includes('Going on')) wentOn += 1
    // Killed between its last commit and its end, the copy is complete, and its target is no longer a target.
    if (code === 0 || stderr.includes('is not empty')) break
    expect([code, stderr]).toEqual([null, expect.any(String)])
  }
  expect(wentOn).toBeGreaterThan(1)
  expect(digestOf(source)).toBe(before)
  expect(await contentsOfFile(target)).toEqual(all)
}, 120_000)
