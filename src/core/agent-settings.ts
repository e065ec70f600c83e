import { z } from 'zod'

export const REASONING = ['off', 'low', 'medium', 'high'] as const
/** How much a model is asked to think before it answers. */
export type Reasoning = (typeof REASONING)[number]

export const COMPACTION_MODES = ['summarize', 'drop'] as const

/**
 * How an agent is run, apart from what it is. Every field has a default, so that settings stored before a field existed
 * are complete as well.
 */
export const AgentSettings = z.object({
  /** Share of the context window at which the oldest turns are put aside before a call is made. */
  compactionThreshold: z.number().min(0.3).max(0.95).default(0.8),
  /** Share of the context window that is in use after that. */
  compactionTarget: z.number().min(0.1).max(0.9).default(0.5),
  /** `summarize`: what is put aside leaves a summary; `drop`: it leaves nothing in sight. */
  compactionMode: z.enum(COMPACTION_MODES).default('summarize'),
  /** Model that writes summaries; null: the agent's own. */
  summaryModel: z.string().nullable().default(null),
  /** Every message starts from memory alone. */
  messageBufferAutoclear: z.boolean().default(false),
  /** IANA name of the zone in which the agent is told times. */
  timezone: z.string().default('UTC'),
  temperature: z.number().min(0).max(2).nullable().default(null),
  maxOutputTokens: z.number().int().min(1).nullable().default(null),
  /** `off`: it is not asked to think; some models do all the same. */
  reasoning: z.enum(REASONING).default('off'),
  /** Calls that only read may be made side by side. */
  parallelToolCalls: z.boolean().default(false),
  /** Its messages are embedded as its archive is. */
  embedMessages: z.boolean().default(false),
})

export type AgentSettings = Readonly<z.infer<typeof AgentSettings>>

export const DEFAULT_SETTINGS: AgentSettings = AgentSettings.parse({})
