import { describe, expect, test } from 'vitest'
import { createAside } from '../../src/agent/loop/aside.ts'
import { createSteadiness } from '../../src/agent/loop/steadiness.ts'
import { newId } from '../../src/core/ids.ts'
import { createLeaseWatch } from '../../src/leases/lease-watch.ts'
import type { HeldLease } from '../../src/storage/port/store.ts'

const LEASE_MILLISECONDS = 30_000
const CONVERSATION = newId('conv')

function lease(expiresAt: string, fence = 1): HeldLease {
  return { namespace: 'default', conversationId: CONVERSATION, owner: 'them', fence, expiresAt }
}

describe('a lease', () => {
  function watched() {
    let time = 0
    const watch = createLeaseWatch(
      LEASE_MILLISECONDS,
      ({ conversationId }: HeldLease) => [conversationId],
      () => time,
    )
    return (seconds: number, ...leases: readonly HeldLease[]) => {
      time += seconds * 1_000
      return watch.look(leases)
    }
  }

  test('has expired when it was seen unchanged for its whole duration', () => {
    const look = watched()
    look(1, lease('a'))
    for (let second = 1; second < 30; second += 1) expect(look(1, lease('a'))).toEqual([])
    expect(look(1, lease('a'))).toEqual([lease('a')])
  })

  test('has not expired while it is renewed, even to an earlier time, or taken again', () => {
    const look = watched()
    for (let round = 0; round < 9; round += 1) {
      const renewed = lease(`${9 - round}`, round)
      for (let second = 0; second < 20; second += 1) expect(look(1, renewed)).toEqual([])
    }
  })

  test('does not age while the observer itself was stopped or asleep', () => {
    const look = watched()
    look(1, lease('a'))
    expect(look(36_000, lease('a'))).toEqual([])
    expect(look(1, lease('b'))).toEqual([])
  })

  test('that was released starts over', () => {
    const look = watched()
    for (let second = 0; second < 29; second += 1) look(1, lease('a'))
    look(1)
    expect(look(1, lease('a'))).toEqual([])
  })
})

describe('a process is steady', () => {
  function watched() {
    let [time, clock] = [0, 1e12]
    const steadiness = createSteadiness(
      () => clock,
      () => time,
    )
    return {
      steadiness,
      pass(seconds: number, byClock = seconds) {
        time += seconds * 1_000
        clock += byClock * 1_000
        steadiness.look()
      },
    }
  }

  test('from its start on', () => {
    const { steadiness, pass } = watched()
    pass(1)
    expect(steadiness.lasts(1e9)).toBe(true)
  })

  test.each([
    ['its clock was set forward', 1, 3_600],
    ['its clock was set back', 1, -60],
    ['its machine slept', 1, 600],
    ['it was stopped', 36, 36],
  ])('not right after %s, and again after so long', (_, seconds, byClock) => {
    const { steadiness, pass } = watched()
    pass(1)
    pass(seconds, byClock)
    expect(steadiness.lasts(30_000)).toBe(false)
    for (let second = 0; second < 30; second += 1) pass(1)
    expect(steadiness.lasts(30_000)).toBe(true)
    expect(steadiness.lasts(30_001)).toBe(false)
  })
})

test('a deferred run rests until it is due, and is remembered until it is resumed', () => {
  let time = 0
  const aside = createAside(() => time)
  const id = newId('run')
  const rest = { milliseconds: 1_000, troubles: 2, elapsed: () => 7 }
  aside.put(id, rest)
  expect([aside.resting(), aside.due()]).toEqual([[id], []])
  time = 1_000
  expect([aside.resting(), aside.due()]).toEqual([[], [id]])
  expect(aside.find(id)).toEqual(rest)
  aside.take(id)
  expect([aside.resting(), aside.due(), aside.find(id)]).toEqual([[], [], undefined])
  aside.put(id, rest)
  time += 1e9
  expect(aside.due()).toEqual([])
})
