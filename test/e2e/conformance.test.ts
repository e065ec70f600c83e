import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Outcome,
  REVISIONS,
  type Revision,
  runSuite,
  scoredScenarios,
} from '../support/conformance/run-suite.ts'
import { startFixtures } from '../support/conformance/start-fixtures.ts'
import { type ServeProcess, startServe } from '../support/connect.ts'
import { newHome, removeHomes, withoutKey } from './support.ts'

/*
 * The official conformance suite. Most of its scenarios ask for tools, resources and prompts of its own by name: those
 * are put on our router, server factory and HTTP transport, and prove these, not Recollect's tools. The scenarios that
 * any server can be asked for run against the built program as it is.
 */

/** Scenarios that need none of the suite's own tools, resources and prompts. */
const APPLICABLE: Readonly<Record<Revision, readonly string[]>> = {
  '2025-11-25': [
    'dns-rebinding-protection',
    'ping',
    'prompts-list',
    'resources-list',
    'resources-subscribe',
    'resources-unsubscribe',
    'server-initialize',
    'server-session-lifecycle',
    'server-sse-multiple-streams',
    'tools-list',
  ],
  '2026-07-28': [
    'caching',
    'dns-rebinding-protection',
    'http-header-validation',
    'prompts-list',
    'resources-list',
    'sep-2164-resource-not-found',
    'server-sse-multiple-streams',
    'tools-list',
  ],
}

/** The checks of `server-stateless` that need no tool of its own; it says of the others that they can't be made. */
const STATELESS_CHECKS = 24

type Outcomes = ReadonlyMap<string, Outcome>

/** Each of these ran, found something good and nothing bad. */
function expectContent(outcomes: Outcomes, scenarios: readonly string[]): void {
  const expected = [...scenarios].sort()
  const ran = [...outcomes.keys()].filter((scenario) => expected.includes(scenario)).sort()
  console.info(`${ran.length} scenarios: ${ran.join(', ')}`)
  expect(ran).toEqual(expected)
  const bad = ran.filter((scenario) => {
    const { passed = 0, failures = [], warnings = [] } = outcomes.get(scenario) ?? {}
    return passed === 0 || failures.length + warnings.length > 0
  })
  expect(Object.fromEntries(bad.map((scenario) => [scenario, outcomes.get(scenario)]))).toEqual({})
}

afterAll(removeHomes)

describe.each(REVISIONS)('conformance to %s', (revision) => {
  it('of router, factory and transport, in every scenario that counts', async () => {
    const scored = await scoredScenarios(revision)
    expect(scored.length).toBeGreaterThanOrEqual(30)
    const serving = await startFixtures()
    try {
      expectContent(await runSuite(serving.url, revision), scored)
    } finally {
      await serving.close()
    }
  })

  describe('of the program itself', () => {
    let serving: ServeProcess
    let outcomes: Outcomes
    beforeAll(async () => {
      serving = await startServe(withoutKey(newHome()))
      outcomes = await runSuite(serving.url, revision)
    })
    afterAll(async () => {
      expect(await serving.stop()).toBe(0)
    })

    it('in the scenarios that apply to any server', () => {
      expectContent(outcomes, APPLICABLE[revision])
    })

    if (revision === '2026-07-28') {
      it('in statelessness, as far as it can be tested', () => {
        const { passed = 0, failures = [] } = outcomes.get('server-stateless') ?? {}
        expect(passed).toBeGreaterThanOrEqual(STATELESS_CHECKS)
        expect(failures.filter((failure) => !failure.includes('Not testable'))).toEqual([])
      })
    }
  })
})
