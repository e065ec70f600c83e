import { inputRequired, type PromptMessage } from '@modelcontextprotocol/server'
import { LIMITS } from '../../../src/core/limits.ts'
import type { Tool } from '../../../src/mcp/call/define-tool.ts'
import { describeTool } from '../../../src/mcp/call/describe-tool.ts'
import { InputNeeded } from '../../../src/mcp/client/client-input.ts'
import type { Prompt } from '../../../src/mcp/prompts/define-prompt.ts'
import { type Resource, templatesIn } from '../../../src/mcp/resources/define-resource.ts'
import type { Surface } from '../../../src/mcp/serve/surface.ts'
import { filledIn } from './asking-tools.ts'
import { PNG } from './fixture-tool.ts'

/** The surface the suite asks for, in place of Recollect's own; `tools` is passed in: some scenarios need more. */
export function conformanceSurface(tools: readonly Tool[]): Surface {
  const templates = templatesIn(RESOURCES)
  return {
    tool: async (name) => tools.find((tool) => tool.name === name),
    listTools: async () => tools.map(describeTool),
    resources: async () => RESOURCES,
    listResources: async () => ({
      resources: RESOURCES.filter((resource) => !templates.includes(resource)).map(
        ({ read: _, ...listed }) => listed,
      ),
    }),
    prompts: async () => PROMPTS,
    complete: async (_, typed) => ['paris', 'park', 'party'].filter((it) => it.startsWith(typed)),
  }
}

function resource(uri: string, mimeType: string, read: Resource['read']): Resource {
  const name = uri.replace('test://', '').replaceAll(/\W+/g, '-')
  return { uri, name, title: name, description: `The resource ${uri}`, mimeType, read }
}

const RESOURCES: readonly Resource[] = [
  resource('test://static-text', 'text/plain', async () => 'A text that stays.'),
  resource('test://static-binary', 'image/png', async () => Buffer.from(PNG, 'base64')),
  resource('test://watched-resource', 'text/plain', async () => 'A text that is watched.'),
  resource('test://template/{id}/data', 'application/json', async ({ id }) =>
    JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }),
  ),
]

function prompt(name: string, args: readonly string[], write: Prompt['write']): Prompt {
  return {
    name,
    title: name,
    description: `The prompt ${name}, for the conformance suite`,
    arguments: args.map((arg) => ({
      name: arg,
      description: `The ${arg}`,
      required: true,
      limit: LIMITS.word,
    })),
    write,
  }
}

function fromUser(content: PromptMessage['content']): PromptMessage {
  return { role: 'user', content }
}

const PROMPTS: readonly Prompt[] = [
  prompt('test_simple_prompt', [], async () => 'A simple prompt.'),
  prompt(
    'test_prompt_with_arguments',
    ['arg1', 'arg2'],
    async ({ arg1, arg2 }) => `Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`,
  ),
  prompt('test_prompt_with_embedded_resource', ['resourceUri'], async ({ resourceUri = '' }) => [
    fromUser({
      type: 'resource',
      resource: { uri: resourceUri, mimeType: 'text/plain', text: 'Embedded.' },
    }),
    fromUser({ type: 'text', text: 'Look at that.' }),
  ]),
  prompt('test_prompt_with_image', [], async () => [
    fromUser({ type: 'image', data: PNG, mimeType: 'image/png' }),
    fromUser({ type: 'text', text: 'Look at that.' }),
  ]),
  prompt('test_input_required_result_prompt', [], async (_, __, client) => {
    const context = filledIn(client, 'user_context')?.context
    if (typeof context === 'string') return `Use the context: ${context}`
    const question = inputRequired.elicit({
      message: 'Which context?',
      requestedSchema: {
        type: 'object',
        properties: { context: { type: 'string' } },
        required: ['context'],
      },
    })
    throw new InputNeeded({ user_context: question })
  }),
]
