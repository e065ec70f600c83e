import { z } from 'zod'
import { DEFAULT_CONTEXT_WINDOW } from '../../core/agent.ts'
import { BLOCK_LABEL, DEFAULT_BLOCK_LIMIT } from '../../core/block.ts'
import { UserError } from '../../core/errors.ts'
import { filled } from '../../core/filled.ts'
import { countCharacters } from '../../core/text.ts'

/*
 * Parameters that several tools share. What clients see of them is paid for in tokens by every conversation, so each
 * is described once, in a few words, and a check that explains itself when it fails is not described at all.
 */

export const agent = filled().describe('Id or exact name of the agent')
export const runId = filled().describe('run_id that send_message answered')

/** Of calls that take away what can't be had back: see `requireConfirmation`. */
export const confirm = z.boolean().describe('Must be true').optional()

export const label = z
  .string()
  .regex(BLOCK_LABEL, 'a label has 1 to 64 characters out of A-Z a-z 0-9 _ . -')
  .describe("The block's label, like human")

export const expectedVersion = z
  .int()
  .min(0)
  .describe('Refuse if the block has another version by now; 0: it must not exist')
  .optional()

export const reason = z
  .string()
  .refine((text) => countCharacters(text) <= 500, 'it must have at most 500 characters')
  .describe('Why, for the history')
  .optional()

export const version = z.int().min(1)
export const archiveId = filled().describe('One of its archives')
export const listedArchiveId = filled().describe('From list_archives')
export const blockId = filled().describe('From list_blocks or get_agent')

export const cursor = filled().describe('next_cursor of the page before').optional()

export function limit(fallback: number) {
  return z.int().min(1).max(100).default(fallback)
}

/** How many neighbours on either side `limit` leaves room for. */
export function besides(limit: number): number {
  return Math.floor((limit - 1) / 2)
}

/** What stands around an entry is not searched. */
export function refuseQuery(query: string | undefined, argument: string): void {
  if (query === undefined || query.trim() === '') return
  throw new UserError(
    'invalid_argument',
    `Give either query or ${argument}: a query finds entries, ${argument} shows what stands around one.`,
  )
}

/** For values too long for one answer. */
export const offset = z
  .int()
  .min(0)
  .describe('Start of the text in characters: next_offset of a text that was cut')
  .optional()

export function waitSeconds(fallback: number) {
  return z.number().min(0).max(300).default(fallback)
}

export const nonEmpty = z
  .string()
  .min(1, 'it must not be empty')
  .refine((text) => text.trim() !== '', 'it must not be empty')

const bound = filled().describe('ISO 8601 date or time, inclusive').optional()
export const after = bound
export const before = bound

export const tags = z.array(nonEmpty)

export const blockDescription = z.string().describe('Tells the agent what belongs there').optional()
export const blockLimit = z
  .int()
  .min(1)
  .describe(`Longest value in characters, ${DEFAULT_BLOCK_LIMIT} if absent`)
  .optional()
export const readOnly = z.boolean().describe('The agent itself may not edit it').optional()

export const contextWindow = z
  .int()
  .min(1)
  .describe(`Tokens that a request to its model may have, ${DEFAULT_CONTEXT_WINDOW} if absent`)
  .optional()

/** Flat, and with a free `type`: what a rule may hold, and Letta's names for it, are checked where it is parsed. */
export const toolRules = z
  .array(
    z.strictObject({
      type: z
        .string()
        .describe(
          'run_first, exit_loop, continue_loop, required_before_exit, requires_approval; constrain_child_tools or ' +
            'parent_last_tool with children; conditional with cases; max_count_per_step with limit',
        ),
      tool_name: z.string(),
      children: z.array(z.string()).optional(),
      cases: z
        .array(z.strictObject({ equals: z.string(), tool: z.string() }))
        .describe('Which tool follows which result')
        .optional(),
      default_child: filled().describe('Follows if no case fits').optional(),
      require_match: z.boolean().describe('Without it nothing may').optional(),
      limit: z.int().optional(),
    }),
  )
  .describe('Bind the order and number of its tool calls within a run; [] frees them')
  .optional()

export const innerTools = z
  .array(z.string())
  .describe(
    'Its inner tools, instead of those of its type, out of: send_message, core_memory_append, core_memory_replace, ' +
      'memory_insert, memory_replace, memory_rethink, archival_memory_insert, archival_memory_search, conversation_search',
  )
  .optional()
