import { z } from 'zod'
import { COMPACTION_MODES, REASONING } from '../../core/agent-settings.ts'
import type { MessagesToEmbed } from '../../core/agent-view.ts'
import { UserError } from '../../core/errors.ts'
import { filled } from '../../core/filled.ts'
import { LIMITS } from '../../core/limits.ts'
import type { McpContext } from '../../service/context.ts'
import { defineTool, SETS } from '../call/define-tool.ts'
import { type Person, Question } from '../client/person.ts'
import { agent, handle } from '../present/schema.ts'
import { answer } from '../present/shapes.ts'

const QUESTION = 'embed'

const settings = z.strictObject({
  compaction_threshold: z.number(),
  compaction_target: z.number(),
  compaction_mode: z.enum(COMPACTION_MODES),
  summary_model: z.string().optional(),
  message_buffer_autoclear: z.boolean(),
  timezone: z.string(),
  temperature: z.number().optional(),
  max_output_tokens: z.int().optional(),
  reasoning: z.enum(REASONING),
  parallel_tool_calls: z.boolean(),
  embed_messages: z.boolean(),
  own_tools_need_approval: z.boolean(),
})

export const configureAgent = defineTool({
  name: 'configure_agent',
  title: 'Configure how an agent is run',
  description:
    'Changes how an agent is run: when its context is compacted and by which model, its time zone, its sampling. What ' +
    'is not given stays; called without settings, it shows them.',
  input: z.strictObject({
    agent,
    compaction_threshold: z
      .number()
      .describe('Share of the context window that triggers compaction, 0.3 to 0.95')
      .optional(),
    compaction_target: z.number().describe('Share in use after compaction, 0.1 to 0.9').optional(),
    compaction_mode: z.enum(COMPACTION_MODES).optional(),
    summary_model: handle
      .describe("provider/model that writes summaries; empty: the agent's own")
      .optional(),
    message_buffer_autoclear: z
      .boolean()
      .describe('Every message starts from memory alone')
      .optional(),
    timezone: filled().describe('Like Europe/Berlin').optional(),
    temperature: z.number().describe("0 to 2; -1: the provider's default").optional(),
    max_output_tokens: z
      .int()
      .max(LIMITS.count)
      .describe("Per answer; 0: the provider's default")
      .optional(),
    reasoning: z
      .enum(REASONING)
      .describe('How much it thinks before it answers, if the model can')
      .optional(),
    parallel_tool_calls: z.boolean().describe('Run tools that only read in parallel').optional(),
    own_tools_need_approval: z
      .boolean()
      .describe('A person approves the first use of what it wrote with create_tool')
      .optional(),
    embed_messages: z
      .boolean()
      .describe('Embed its conversation too; reports the cost first')
      .optional(),
    confirm: z.boolean().describe('Accept the cost of embed_messages').optional(),
  }),
  output: answer({ agent_id: z.string(), settings }),
  scope: 'admin',
  annotations: SETS,
  async run(args, context, { person }) {
    const { agent: view } = await context.agents.get(args.agent)
    if (args.embed_messages === true && args.confirm !== true)
      await askForCost(context, view.id, person)
    const now = await context.agents.configure(view.id, {
      compactionThreshold: args.compaction_threshold,
      compactionTarget: args.compaction_target,
      compactionMode: args.compaction_mode,
      summaryModel: args.summary_model === '' ? null : args.summary_model,
      messageBufferAutoclear: args.message_buffer_autoclear,
      timezone: args.timezone,
      temperature: args.temperature === -1 ? null : args.temperature,
      maxOutputTokens: args.max_output_tokens === 0 ? null : args.max_output_tokens,
      reasoning: args.reasoning,
      parallelToolCalls: args.parallel_tool_calls,
      embedMessages: args.embed_messages,
      ownToolsNeedApproval: args.own_tools_need_approval,
    })
    return {
      agent_id: view.id,
      settings: {
        compaction_threshold: now.compactionThreshold,
        compaction_target: now.compactionTarget,
        compaction_mode: now.compactionMode,
        ...(now.summaryModel !== null && { summary_model: now.summaryModel }),
        message_buffer_autoclear: now.messageBufferAutoclear,
        timezone: now.timezone,
        ...(now.temperature !== null && { temperature: now.temperature }),
        ...(now.maxOutputTokens !== null && { max_output_tokens: now.maxOutputTokens }),
        reasoning: now.reasoning,
        parallel_tool_calls: now.parallelToolCalls,
        embed_messages: now.embedMessages,
        own_tools_need_approval: now.ownToolsNeedApproval,
      },
    }
  },
})

/** Unless the person has agreed to the cost, asks the person or throws a UserError with the cost. */
async function askForCost(
  context: McpContext,
  agent: string,
  person: Person | undefined,
): Promise<void> {
  const cost = await context.agents.messagesToEmbed(agent)
  // Without an embedding handle the call fails anyway.
  if (!cost || cost.handle === null || person?.answerTo(QUESTION) === true) return
  if (person && person.resumed === undefined)
    throw new Question(QUESTION, `${describeCost(cost)} Do it?`, agent)
  throw new UserError(
    'invalid_argument',
    `Nothing was changed. ${describeCost(cost)} Call again with confirm: true if that is meant.`,
  )
}

function describeCost({ handle, messages, tokens }: MessagesToEmbed): string {
  return `embed_messages sends what was said so far (${messages} messages, about ${tokens} tokens) to ${handle}, and every message from now on.`
}
