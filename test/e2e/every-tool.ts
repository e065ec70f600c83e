import { expect } from 'vitest'
import type { CallResult, Connection } from '../support/connect.ts'

/** Calls every tool so that it works, then so that it does not. Resolves with the names of those that worked. */
export async function callEveryTool(client: Connection, model: string): Promise<readonly string[]> {
  const worked = new Set<string>()
  const call = async (tool: string, args: object = {}): Promise<CallResult['data']> => {
    const result = await client.call(tool, args)
    expect(result.isError, `${tool}: ${result.text}`).toBe(false)
    worked.add(tool)
    return result.data
  }
  const agent = (await call('create_agent', { name: `Ada-${Date.now()}`, model, tags: ['kites'] }))
    .agent.id
  await call('list_agents', { query: 'Ada' })
  await call('get_agent', { agent })
  await call('update_agent', { agent, description: 'Knows kites.' })
  await call('configure_agent', { agent, temperature: 0.5 })
  const { run_id } = await call('send_message', {
    agent,
    message: 'Hello',
    include_steps: true,
    wait_seconds: 60,
  })
  await call('get_run', { run_id, include_steps: true })
  await call('cancel_run', { run_id })
  await call('list_runs', { agent })
  await call('respond_to_approval', { run_id: await askForApproval(call, agent), approve: false })

  await call('write_memory_block', { agent, label: 'notes', value: 'Red kites.' })
  await call('append_to_memory_block', { agent, label: 'notes', text: 'Blue kites.' })
  const edit = { agent, label: 'notes', old_text: 'Blue', new_text: 'Black' }
  await call('replace_in_memory_block', edit)
  await call('read_memory', { agent })
  await call('memory_history', { agent, label: 'notes' })
  await call('diff_memory_block', { agent, label: 'notes', from_version: 1 })
  await call('restore_memory_block', { agent, label: 'notes', version: 1 })
  await call('read_memory_as_of', { agent, at: new Date().toISOString() })
  const block_id = (await call('create_block', { label: 'shared', value: 'For all.' })).block.id
  await call('attach_block', { agent, block_id })
  await call('detach_block', { agent, block_id })
  await call('list_blocks')

  const { passages } = await call('insert_archival', { agent, texts: ['A kite.', 'Two kites.'] })
  await call('search_archival', { agent, query: 'kite' })
  await call('delete_archival', { agent, passage_id: passages[0].id })
  const archive_id = (await call('create_archive', { name: 'Shared' })).archive.id
  await call('attach_archive', { agent, archive_id })
  await call('list_archives', { agent })
  await call('detach_archive', { agent, archive_id })

  const source = `/** Says it again. */ export function echo(text: string) { return text }`
  const tool = (await call('create_tool', { source, name: `echo_${Date.now()}` })).tool.id
  await call('list_tools', { query: 'echo' })
  await call('get_tool', { tool })
  await call('check_tool', { source })
  await call('update_tool', { tool, description: 'Echoes.' })
  await call('tool_history', { tool })
  await call('diff_tool', { tool, from_version: 1 })
  await call('restore_tool', { tool, version: 1 })
  await call('run_tool', { tool, arguments: '{"text": "hello"}' })
  await call('attach_tool', { agent, tool })
  await call('detach_tool', { agent, tool })
  await call('delete_tool', { tool, confirm: true })
  await call('list_tool_servers')

  await call('search_conversation', { agent, query: 'Hello' })
  await call('inspect_context', { agent, include_text: true })
  await call('compact_context', { agent })
  await call('list_models')
  await call('stats')
  const { job } = await call('load', { agent, text: 'Kites fly.', name: 'kites.md' })
  await call('list_jobs', { agent })
  await call('cancel_job', { job_id: job.job_id })
  await call('insert_archival', { agent, text: 'Kites, page 1.', source: 'kites' })
  const digest = await call('digest_source', { agent, source: 'kites', label: 'digest' })
  await call('cancel_job', { job_id: digest.job.job_id })
  await call('configure_sleeptime', { agent, enabled: true })
  await call('configure_sleeptime', { agent, enabled: false })
  const copy = await call('copy_agent', { agent, with_history: true })
  await call('update_agent', { agent: copy.agent.id, tags: ['copied'] })
  await call('message_agents', { tags: ['copied'], message: 'Hello', wait_seconds: 60 })
  await call('import_agent', { text: (await call('export_agent', { agent })).text })
  const other = (await call('create_agent', { name: `Gone-${Date.now()}` })).agent.id
  await call('reset_messages', { agent: other, confirm: true })
  await call('delete_agent', { agent: other, confirm: true })

  for (const { name } of await client.tools()) {
    const refused = await client.call(name, { agent: 'nobody', no_such_argument: 1 })
    expect(refused.isError, name).toBe(true)
  }
  return [...worked].sort()
}

async function askForApproval(
  call: (tool: string, args: object) => Promise<CallResult['data']>,
  agent: string,
): Promise<string> {
  const rule = { type: 'requires_approval', tool_name: 'core_memory_append' }
  await call('update_agent', { agent, tool_rules: [rule] })
  const message = 'Write into your memory'
  const run = await call('send_message', { agent, message, wait_seconds: 60 })
  expect(run.status).toBe('requires_approval')
  return run.run_id
}

/** Reads all resources and prompts there are, and completes their arguments. */
export async function readEverything(client: Connection): Promise<void> {
  for (const { uri } of await client.resources()) await client.read(uri)
  await client.templates()
  const [agent] = (await client.call('list_agents')).data.agents
  for (const { name } of await client.prompts()) {
    await client.prompt(name, {
      agent: agent.id,
      ...(name === 'talk_to_agent' && { message: 'Hello' }),
    })
    await client.complete({ prompt: name }, { name: 'agent', value: '' })
  }
}
