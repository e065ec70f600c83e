import { afterEach, expect, it } from 'vitest'
import { callTool } from '../support/scripted-provider.ts'
import { type RealServer, startRealServer } from './real-server.ts'

/* An agent that ran on one server's model is imported by a server without that model. */

const opened: RealServer[] = []
async function start(settings: Readonly<Record<string, string>> = {}): Promise<RealServer> {
  const server = await startRealServer(['core', 'transfer'], settings)
  server.provider.respondWith(() => callTool('send_message', { message: 'Here I am.' }))
  opened.push(server)
  return server
}
afterEach(async () => {
  for (const server of opened.splice(0)) await server.close()
})

async function exported(): Promise<string> {
  const { answer } = await start()
  const { agent } = await answer('create_agent', { model: 'openai/scripted' })
  await answer('send_message', { agent: agent.id, message: 'Hello.' })
  const { text } = await answer('export_agent', { agent: agent.id })
  return text.replace('"model":"openai/scripted"', '"model":"groq/scripted"')
}

it('the default model answers it, with a warning', async () => {
  const text = await exported()
  const { answer } = await start()
  const { agent, warnings } = await answer('import_agent', { text })
  expect(warnings.join()).toContain('groq/scripted')
  const run = await answer('send_message', { agent: agent.id, message: 'Hi.' })
  expect(run).toMatchObject({ status: 'completed', reply: 'Here I am.' })
  expect(run.warnings.join()).toContain('openai/scripted answered in its place')
})

it('it waits for a model where the default is the rehearsal', async () => {
  const text = await exported()
  const { answer } = await start({ RECOLLECT_MODEL: 'offline/rehearsal' })
  const { agent } = await answer('import_agent', { text })
  const run = await answer('send_message', { agent: agent.id, message: 'Hi.' })
  expect(run).toMatchObject({ status: 'waiting', waiting_for: 'model' })
})
