import { afterAll, describe, expect, it } from 'vitest'
import { speak } from '../faults/answers.ts'
import { startVendor } from '../faults/vendor.ts'
import { BINARY, connect } from '../support/connect.ts'
import { callTool, hang, startScriptedProvider } from '../support/scripted-provider.ts'
import { CONTROL_C, CONTROL_D, ENTER, openTerminal } from '../support/terminal.ts'
import { newHome, removeHomes, runCommand, withModel, withoutKey } from './support.ts'

/* A conversation as a person has it at a terminal. */

afterAll(removeHomes)

const chat = (...args: readonly string[]) => [process.execPath, BINARY, 'chat', ...args]

describe('recollect chat', () => {
  it('creates the agent if asked, talks, shows memory, context, steps and earlier messages', async () => {
    const environment = withoutKey(newHome())
    const first = openTerminal(chat('Ada'), environment)
    await first.shows('There is no agent "Ada". Create it? [y/n]')
    first.type(`y${ENTER}`)
    await first.shows(/Ada on offline\/rehearsal.*\/help[\s\S]*you> /)
    first.type(`My name is Ben.${ENTER}`)
    await first.shows(/Ada> .*Ben[\s\S]*you> /)
    first.type(`/memory human${ENTER}`)
    await first.shows(/human\n[\s\S]*name is Ben[\s\S]*you> /)
    first.type(`/context${ENTER}`)
    await first.shows(/PART[\s\S]*memory[\s\S]*tokens \(\d+ %\)[\s\S]*you> /)
    first.type(`/steps${ENTER}`)
    await first.shows('Steps are shown.')
    first.type(`Remember that the key is under the pot.${ENTER}`)
    await first.shows(/calls archival_memory_insert[\s\S]*Ada> [\s\S]*you> /)
    first.type(`/histroy${ENTER}`)
    await first.shows('Did you mean /history?')
    first.type(CONTROL_D)
    expect(await first.ended()).toBe(0)

    const second = openTerminal(chat('Ada'), environment)
    await second.shows(/you> My name is Ben\.[\s\S]*Ada> [\s\S]*you> $/)
    second.type('\u001b[A')
    await second.shows('Remember that the key is under the pot.')
    second.type(CONTROL_C)
    second.type(`/quit${ENTER}`)
    expect(await second.ended()).toBe(0)
  })

  it('shows the words of a reply while the model still writes them', async () => {
    const vendor = await startVendor(speak('Unused.'))
    const environment = withModel(newHome(), vendor)
    const terminal = openTerminal(chat('Ada', '--create'), environment)
    await terminal.shows(/Ada on openai\/scripted[\s\S]*you> $/)
    let goOn = () => {}
    const gate = new Promise<void>((resolve) => {
      goOn = resolve
    })
    vendor.enqueue(async (response) => {
      const send = (name: string | undefined, piece: string) =>
        response.write(
          `data: ${JSON.stringify({ choices: [{ index: 0, delta: { tool_calls: [{ index: 0, ...(name && { id: 'call_1' }), function: { ...(name && { name }), arguments: piece } }] } }] })}\n\n`,
        )
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      send('send_message', '{"message":"Slowly')
      await gate
      send(undefined, ' does it."}')
      response.end(
        'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n',
      )
    })
    terminal.type(`Hello${ENTER}`)
    await terminal.shows(/Ada> Slowly$/)
    goOn()
    await terminal.shows(/^ does it\.\n[\s\S]*you> $/)
    terminal.type(CONTROL_D)
    expect(await terminal.ended()).toBe(0)
    await vendor.close()
  })

  it('asks before a call that needs approval, and Ctrl+C stops the agent but not the conversation', async () => {
    const provider = await startScriptedProvider()
    const environment = withModel(newHome(), provider)
    const client = await connect('v2-auto', { kind: 'stdio', environment })
    const rule = { type: 'requires_approval', tool_name: 'archival_memory_insert' }
    await client.call('create_agent', { name: 'Ada' })
    await client.call('update_agent', { agent: 'Ada', tool_rules: [rule] })
    await client.close()
    const terminal = openTerminal(chat('Ada'), environment)
    await terminal.shows('Ada on openai/scripted')
    provider.enqueue(
      callTool('archival_memory_insert', { content: 'The pot.', request_heartbeat: true }),
      callTool('send_message', { message: 'It is stored.' }),
    )
    terminal.type(`Keep this.${ENTER}`)
    await terminal.shows(
      /Ada wants to call archival_memory_insert with .*pot[\s\S]*Allow it\? \[y\/n\] /,
    )
    terminal.type(`y${ENTER}`)
    await terminal.shows(/Ada> It is stored\.[\s\S]*you> /)
    provider.enqueue(hang())
    const before = provider.requests.length
    terminal.type(`Think for ever.${ENTER}`)
    await expect.poll(() => provider.requests.length, { timeout: 20_000 }).toBe(before + 1)
    terminal.type(CONTROL_C)
    await terminal.shows(/\(stopped\)[\s\S]*you> /)
    provider.enqueue(callTool('send_message', { message: 'Here I am.' }))
    terminal.type(`Still there?${ENTER}`)
    await terminal.shows(/Ada> Here I am\.[\s\S]*you> /)
    terminal.type(CONTROL_D)
    expect(await terminal.ended()).toBe(0)
    await provider.close()
  })

  it('without a terminal treats every line as a message and prints only replies', async () => {
    const environment = withoutKey(newHome())
    const missing = await runCommand(['chat', 'Ada'], environment)
    expect(missing).toMatchObject({ code: 1, stdout: '' })
    expect(missing.stderr).toMatch(/No agent is named "Ada".*recollect agents.*recollect chat/)
    const finished = await runCommand(
      ['chat', 'Ada', '--create'],
      environment,
      'Hello!\nMy name is Ben.\n',
    )
    expect(finished.code).toBe(0)
    expect(finished.stdout).toMatch(/^.+\n.*Ben.*\n$/)
    expect(finished.stderr).toMatch(/rehearsal/)
  })

  it('prints control sequences of a reply in visible form, and executes none', async () => {
    const environment = withoutKey(newHome())
    const client = await connect('v2-auto', { kind: 'stdio', environment })
    const evil = '\u001b]0;owned\u0007\u001b[2J\u009b31m\u202etxt'
    await client.call('create_agent', { name: 'Eve', human: evil, persona: 'x' })
    await client.call('send_message', { agent: 'Eve', message: `Say ${evil}` })
    await client.close()
    const terminal = openTerminal(chat('Eve'), environment)
    await terminal.shows(/you> Say ␛\]0;owned␇[\s\S]*you> $/)
    terminal.type(`/memory${ENTER}`)
    await terminal.shows(/human\n␛\]0;owned␇␛\[2J\\u009b31m\\u202etxt/)
    terminal.type(CONTROL_D)
    await terminal.ended()
    expect(terminal.raw()).not.toContain('\u001b]0;owned')
    expect(terminal.raw()).not.toContain('\u009b')
    expect(terminal.raw()).not.toContain('\u202e')
  })
})
