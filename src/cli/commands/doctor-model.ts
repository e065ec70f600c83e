import { openModels, type Storage } from '../../app/app.ts'
import { openStorage } from '../../app/data.ts'
import type { Config } from '../../config/config.ts'
import type { Tell } from './doctor-report.ts'

/** Time for a local engine to load its model; chosen by hand. */
const PATIENCE_MILLISECONDS = 60_000

/** Includes the tool that agents reply with, because a model without tool calls does not work for agents. */
const REQUEST = {
  messages: [{ role: 'user', text: 'Say the one word "ready" by calling send_message.' }],
  tools: [
    {
      name: 'send_message',
      description: 'Sends a message to the user.',
      parameters: {
        type: 'object',
        properties: { message: { type: 'string', description: 'What to say' } },
        required: ['message'],
        additionalProperties: false,
      },
    },
  ],
  toolChoice: 'required',
} as const

const APIS = {
  chat: 'chat completions',
  messages: "Anthropic's Messages",
  responses: "OpenAI's Responses",
} as const

/** Makes one small call to the default model. What a refusal teaches is stored. */
export async function checkModel(config: Config, tell: Tell, dataWorks: boolean): Promise<boolean> {
  if (!dataWorks) return tryModel(config, tell)
  const storage = await openStorage(config)
  try {
    return await tryModel(config, tell, storage)
  } finally {
    await storage.close()
  }
}

async function tryModel(config: Config, tell: Tell, storage?: Storage): Promise<boolean> {
  const models = await openModels(config, storage)
  try {
    const { handle, reason } = await models.describeDefault()
    const model = await models.resolve(null)
    const name = `${handle}${addressOf(config, handle)} (${reason})`
    if (model.isClients) {
      tell('Model', `ok: ${name}, the model of the client, which can only be tried from there`)
      return true
    }
    const result = await model.call(REQUEST, {
      signal: AbortSignal.timeout(PATIENCE_MILLISECONDS),
    })
    if (result.kind === 'failure') {
      tell('Model', `FAILED: ${name}. ${result.failure.message} ${result.failure.hint}`)
      return false
    }
    const { toolCalls, warnings } = result.answer
    const calls = toolCalls.some((call) => call.name === 'send_message')
    const api = await model.api?.()
    const over = api === undefined ? '' : ` over ${APIS[api]}`
    tell('Model', `ok: ${name} ${calls ? 'called the tool it was given' : 'answered'}${over}`, {
      model: {
        handle,
        address: baseUrlOf(config, handle) ?? null,
        api: api ?? null,
        calls_tools: calls,
      },
    })
    if (!calls) {
      tell(
        '',
        'It did not call the tool it was given. Agents edit memory by tools: choose a model that calls them.',
      )
    }
    for (const warning of [...model.warnings, ...warnings]) tell('', warning)
    return true
  } catch (error) {
    tell('Model', `FAILED: ${error instanceof Error ? error.message : String(error)}`)
    return false
  }
}

/** Address of the model's provider; empty if it has none. */
function addressOf(config: Config, handle: string): string {
  const address = baseUrlOf(config, handle)
  return address === undefined ? '' : ` at ${address}`
}

function baseUrlOf({ providers }: Config, handle: string): string | undefined {
  return providers.get(handle.split('/', 1)[0] ?? '')?.baseUrl
}
