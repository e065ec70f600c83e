import { Argument, type Command } from 'commander'
import { createCommand } from './command.ts'
import { DATA, settingsOf } from './flags.ts'

const HOOKS = ['session-start', 'stop', 'pre-compact'] as const
type Hook = (typeof HOOKS)[number]

export function hook(): Command {
  return createCommand({
    name: 'hook',
    summary: 'for the hooks of coding assistants',
    about:
      'session-start prints what the agent of this project remembers, in at most 2,000 tokens. stop and pre-compact ' +
      'append what was said in the session to its recall memory; the hook input on stdin names the transcript. No ' +
      'model is called, and whatever goes wrong, the assistant is not disturbed: nothing is printed and the exit code ' +
      'is 0. The namespace is that of the project unless RECOLLECT_NAMESPACE names another, the agent its only one ' +
      'unless RECOLLECT_AGENT names it. RECOLLECT_HOOKS=off turns all of it off. docs/assistants.md tells more.',
    settings: [...DATA, 'agent', 'log'],
  })
    .addArgument(new Argument('<event>', 'which hook').choices(HOOKS))
    .action(async (event: Hook, given) => {
      const { runHook } = await import('../commands/hook.ts')
      await runHook(event, settingsOf(given))
    })
}
