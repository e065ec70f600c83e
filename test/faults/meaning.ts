import { describe, it } from 'vitest'
import { type WireName, wireOfTests } from '../support/wires/wire-of-tests.ts'

/* Which tests of faults say nothing on which wire, and why. All others run over all three. */

const TEMPLATE =
  'turns belong to the API itself, and the server fits them into the template of its model'
const FIELD = 'the fault is in a field that only chat completions have'

type Reasons = Readonly<Partial<Record<WireName, string>>>

export const WITHOUT_MEANING: Readonly<Record<string, Reasons>> = {
  // learning
  'the other name of the output limit': {
    messages: 'the limit has one name',
    responses: 'the limit has one name',
  },
  'an output limit that is not known': { messages: 'max_tokens is required' },
  'the order of a template': { messages: TEMPLATE, responses: TEMPLATE },
  'the system role': { messages: TEMPLATE, responses: TEMPLATE },
  'developer instructions': { messages: TEMPLATE, responses: TEMPLATE },
  'a template that demands alternating roles gets them': {
    messages: TEMPLATE,
    responses: TEMPLATE,
  },
  'strict, which a server does not know': {
    chat: 'only Responses makes schemas strict unless told not to',
    messages: 'only Responses makes schemas strict unless told not to',
  },
  'include, which a server does not know': {
    chat: 'only Responses names what an answer is to include',
    messages: 'only Responses names what an answer is to include',
  },
  'encrypted reasoning, from a model without reasoning': {
    chat: 'only Responses encrypts reasoning',
    messages: 'only Responses encrypts reasoning',
  },
  'cache marks': {
    chat: 'only where the provider passes them on: test/llm/cache-marker.test.ts',
    responses: 'the cache needs no marks',
  },
  'a temperature that a thinking model does not take is left out, not the thinking': {
    messages: 'none is sent with thinking',
  },
  'stream_options are left out': { messages: FIELD, responses: FIELD },
  'reasoning goes back to a model that says': {
    messages: 'signed thinking goes back without being asked for: test/faults/extras',
    responses: 'encrypted reasoning goes back without being asked for: test/faults/extras',
  },
  // tool-calls
  'the older function_call': { messages: FIELD, responses: FIELD },
  // refused-messages
  "a run's usage has its cost where the provider gives it, and its reasoning": {
    messages: 'only chat completions tell costs, and Messages counts no reasoning',
    responses: 'only chat completions tell costs; reasoning is in test/llm/responses.test.ts',
  },
  // answers
  'reasoning beside a tool call': {
    messages: 'DeepSeek and Moonshot want it in a field of chat completions',
    responses: 'DeepSeek and Moonshot want it in a field of chat completions',
  },
}

/** Why the test says nothing over the wire that is under test; undefined: it runs. */
export function reasonAgainst(test: string): string | undefined {
  return WITHOUT_MEANING[test]?.[wireOfTests()]
}

/** Tests that run where they have a meaning. */
export function describeMeant(tests: string, declare: () => void): void {
  const reason = reasonAgainst(tests)
  if (reason === undefined) describe(tests, declare)
  else it(tests, ({ skip }) => skip(reason))
}

/** A test that runs where it has a meaning. */
export function meant(test: string, run: () => Promise<void>): void {
  const reason = reasonAgainst(test)
  it(test, async ({ skip }) => (reason === undefined ? run() : skip(reason)))
}
