import {
  acceptedContent,
  type ElicitRequestFormParams,
  type InputRequests,
  inputRequired,
} from '@modelcontextprotocol/server'
import { UserError } from '../../../src/core/errors.ts'
import type { Tool, ToolRequest } from '../../../src/mcp/call/define-tool.ts'
import { type CallingClient, InputNeeded } from '../../../src/mcp/client/client-input.ts'
import { fixtureTool } from './fixture-tool.ts'

/* Those that need answers of the client: a form, a completion of its model, its roots. */

type FormSchema = ElicitRequestFormParams['requestedSchema']

function form(message: string, properties: FormSchema['properties'], required: string[] = []) {
  return inputRequired.elicit({
    message,
    requestedSchema: { type: 'object', properties, required },
  })
}

function completion(text: string, maxTokens = 100) {
  const messages = [{ role: 'user' as const, content: { type: 'text' as const, text } }]
  return inputRequired.createMessage({ messages, maxTokens })
}

const askName = form('What is your name?', { name: { type: 'string' } }, ['name'])
const askYes = form('Please confirm', { ok: { type: 'boolean' } }, ['ok'])

/** The values that the person filled in; undefined: declined, or the answer is no form. */
export function filledIn(client: CallingClient, name: string) {
  return acceptedContent<Record<string, unknown>>({ [name]: client.answer(name) }, name)
}

/** The answers by name, once each is there; until then they are asked for. */
function answers(client: CallingClient, requests: InputRequests, putAside?: string) {
  const found = Object.keys(requests).map((name) => [name, client.answer(name)] as const)
  if (found.some(([, answer]) => answer === undefined)) throw new InputNeeded(requests, putAside)
  return Object.fromEntries(found)
}

function callerOf({ client }: ToolRequest): CallingClient {
  if (client === undefined) throw new UserError('unsupported', 'Nobody called.')
  return client
}

/** A tool that asks once and then says what it was answered. */
function asking(
  name: string,
  about: string,
  requests: InputRequests,
  options: { readonly takes?: string[]; readonly putAside?: string } = {},
): Tool {
  const { takes = [], putAside } = options
  return fixtureTool({
    name,
    about,
    takes,
    run: (_, call) => JSON.stringify(answers(callerOf(call), requests, putAside)),
  })
}

const CHOICES = ['first', 'second', 'third']
const TITLED = CHOICES.map((choice) => ({ const: choice, title: `The ${choice}` }))

const beforeStatelessness: readonly Tool[] = [
  fixtureTool({
    name: 'test_sampling',
    about: "Asks the client's model",
    takes: ['prompt'],
    run: ({ prompt = '' }, call) =>
      JSON.stringify(answers(callerOf(call), { answer: completion(prompt) })),
  }),
  fixtureTool({
    name: 'test_elicitation',
    about: 'Asks the person',
    takes: ['message'],
    run({ message = '' }, call) {
      const question = form(message, { response: { type: 'string' } }, ['response'])
      return JSON.stringify(answers(callerOf(call), { answer: question }))
    },
  }),
  asking('test_elicitation_sep1034_defaults', 'Asks with defaults', {
    answer: form('Please look it over', {
      name: { type: 'string', default: 'John Doe' },
      age: { type: 'integer', default: 30 },
      score: { type: 'number', default: 95.5 },
      status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
      verified: { type: 'boolean', default: true },
    }),
  }),
  asking('test_elicitation_sep1330_enums', 'Asks with choices', {
    answer: form('Please choose', {
      untitledSingle: { type: 'string', enum: ['option1', 'option2', 'option3'] },
      titledSingle: { type: 'string', oneOf: TITLED },
      legacyEnum: {
        type: 'string',
        enum: ['opt1', 'opt2', 'opt3'],
        enumNames: ['Option One', 'Option Two', 'Option Three'],
      },
      untitledMulti: {
        type: 'array',
        items: { type: 'string', enum: ['option1', 'option2', 'option3'] },
      },
      titledMulti: { type: 'array', items: { anyOf: TITLED } },
    }),
  }),
]

const statelessly: readonly Tool[] = [
  fixtureTool({
    name: 'test_input_required_result_elicitation',
    about: 'Asks for a name until it gets one',
    run(_, call) {
      const name = filledIn(callerOf(call), 'user_name')?.name
      if (typeof name !== 'string') throw new InputNeeded({ user_name: askName })
      return `Hello, ${name}!`
    },
  }),
  asking('test_input_required_result_sampling', "Asks the client's model in a result", {
    capital_question: completion('What is the capital of France?'),
  }),
  asking('test_input_required_result_list_roots', "Asks for the client's roots", {
    client_roots: inputRequired.listRoots(),
  }),
  asking(
    'test_input_required_result_multiple_inputs',
    'Asks for three things at once',
    {
      user_name: askName,
      greeting: completion('Generate a greeting', 50),
      client_roots: inputRequired.listRoots(),
    },
    { putAside: 'three things' },
  ),
  ...['request_state', 'tampered_state'].map((what) =>
    fixtureTool({
      name: `test_input_required_result_${what}`,
      about: 'Puts something aside while it asks',
      run(_, call) {
        const client = callerOf(call)
        if (client.resumed !== what || filledIn(client, 'confirm') === undefined) {
          throw new InputNeeded({ confirm: askYes }, what)
        }
        return 'state-ok'
      },
    }),
  ),
  fixtureTool({
    name: 'test_input_required_result_multi_round',
    about: 'Asks twice, one after the other',
    run(_, call) {
      const client = callerOf(call)
      if (client.resumed === undefined) throw new InputNeeded({ step1: askName }, 'first')
      if (client.resumed === 'first') {
        const name = String(filledIn(client, 'step1')?.name)
        const question = form(`Which color does ${name} like?`, { color: { type: 'string' } })
        throw new InputNeeded({ step2: question }, `of ${name}`)
      }
      return `The color ${client.resumed} is ${String(filledIn(client, 'step2')?.color)}`
    },
  }),
  fixtureTool({
    name: 'test_input_required_result_capabilities',
    about: 'Asks only for what the client can answer',
    run(_, call) {
      const client = callerOf(call)
      if (client.answered) return 'Answered'
      const requests = {
        ...(client.takes('elicitation') && { user_name: askName }),
        ...(client.takes('sampling') && { greeting: completion('Generate a greeting', 50) }),
        ...(client.takes('roots') && { client_roots: inputRequired.listRoots() }),
      }
      if (Object.keys(requests).length === 0) return 'The client answers nothing'
      throw new InputNeeded(requests)
    },
  }),
  asking('test_missing_capability', 'Needs a client whose model answers', {
    answer: completion('Say pong', 16),
  }),
]

export const ASKING_TOOLS: readonly Tool[] = [...beforeStatelessness, ...statelessly]
