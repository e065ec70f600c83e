import { z } from 'zod'
import { text } from '../../core/limited.ts'
import { LIMITS } from '../../core/limits.ts'
import { defineTool } from '../call/define-tool.ts'
import { presentAgent } from '../present/present.ts'
import { agent } from '../present/schema.ts'
import { agentShape, answer } from '../present/shapes.ts'

/** Chosen by hand. */
const MAX_TURNS = 1_000

export const configureSleeptime = defineTool({
  name: 'configure_sleeptime',
  title: 'Turn a sleep-time agent on or off',
  description:
    'Gives an agent a companion that tidies its memory in the background: after every few turns it reads what was said, ' +
    'brings the blocks up to date and puts passages together that say the same. It never delays a reply, and it costs ' +
    'tokens, which stats shows. Off unless turned on.',
  input: z.strictObject({
    agent,
    enabled: z.boolean(),
    every_turns: z
      .int()
      .min(1)
      .max(MAX_TURNS)
      .describe('Turns of the agent after which it works; 5 unless given')
      .optional(),
    model: text(LIMITS.name)
      .describe("Its own model, as provider/model; empty: the agent's")
      .optional(),
    notes: z
      .boolean()
      .describe(
        'It also writes notes on what was said into archival memory, so that searches find it; off',
      )
      .optional(),
  }),
  output: answer({ agent: agentShape }),
  scope: 'write',
  annotations: {
    readOnlyHint: false,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: false,
  },
  pinned: false,
  async run({ agent, enabled, every_turns, model, notes }, context) {
    const changes = { isEnabled: enabled, everyTurns: every_turns, model, writesNotes: notes }
    return { agent: presentAgent(await context.companions.configureSleeptime(agent, changes)) }
  },
})
