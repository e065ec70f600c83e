import { z } from 'zod'
import { DEFAULT_CONTEXT_WINDOW } from '../../core/agent.ts'
import { BLOCK_LABEL, DEFAULT_BLOCK_LIMIT } from '../../core/block.ts'
import { UserError } from '../../core/errors.ts'
import { filled } from '../../core/filled.ts'
import { list, text } from '../../core/limited.ts'
import { LIMITS } from '../../core/limits.ts'
import { USUAL_TOOLS } from '../../core/tool.ts'

/*
 * Parameters shared by several tools. Every conversation pays for their descriptions in tokens, so each is short, and a
 * check whose error explains itself has none.
 */

/** Id or name of an existing object. */
export const reference = filled()
/** `provider/model`. */
export const handle = text(LIMITS.handle)
export const description = text(LIMITS.description)
export const explain = z
  .boolean()
  .default(false)
  .describe('Add why: the words, dates and places that each was found by')

export const query = text(LIMITS.query)
export const systemPrompt = text(LIMITS.systemPrompt)
export const name = filled(LIMITS.name)
export const blockValue = text(LIMITS.block)

export const agent = reference.describe('Id or exact name of the agent')
export const runId = reference.describe('run_id from send_message')
export const jobId = reference.describe('job_id from list_jobs or from the call that began the job')

/** For destructive calls; see `requireConfirmation`. */
export const confirm = z.boolean().describe('Must be true').optional()

export const label = text(LIMITS.label)
  .regex(BLOCK_LABEL, `a label has 1 to ${LIMITS.label} characters of A-Z a-z 0-9 _ . / -`)
  .describe("The block's label, like human")

export const expectedVersion = z
  .int()
  .min(0)
  .max(LIMITS.count)
  .describe('Fail if this is not the current version; 0: it must not exist')
  .optional()

export const reason = text(LIMITS.reason).describe('Why, for the history').optional()

export const version = z.int().min(1).max(LIMITS.count)
export const archiveId = reference.describe('One of its archives')
export const listedArchiveId = reference.describe('From list_archives')
export const blockId = reference.describe('From list_blocks or get_agent')

export const cursor = filled(LIMITS.word).describe('next_cursor of the page before').optional()

export function limit(fallback: number) {
  return z.int().min(1).max(100).default(fallback)
}

/** Number of neighbours on each side that fit within `limit`. */
export function besides(limit: number): number {
  return Math.floor((limit - 1) / 2)
}

/** `around` and `query` exclude each other: the neighbours of an entry are listed, not searched. */
export function refuseQuery(query: string | undefined, argument: string): void {
  if (query === undefined || query.trim() === '') return
  throw new UserError(
    'invalid_argument',
    `Give either query or ${argument}: a query finds entries, ${argument} shows what stands around one.`,
  )
}

export const excerptChars = z
  .int()
  .min(100)
  .max(5_000)
  .describe('Join each with its neighbours to one text of at most so many characters')
  .optional()

/** Excerpts are of what a search finds; neighbours of one entry are listed. */
export function refuseExcerpts(excerptChars: number | undefined, argument: string): void {
  if (excerptChars === undefined) return
  throw new UserError(
    'invalid_argument',
    `Leave out excerpt_chars: ${argument} lists neighbours one by one. It goes with query.`,
  )
}

/** For values that are too long for one answer. */
export const offset = z
  .int()
  .min(0)
  .max(LIMITS.count)
  .describe('Offset in characters: next_offset of a cut text')
  .optional()

export function waitSeconds(fallback: number) {
  return z.number().min(0).max(300).default(fallback)
}

/** No maximum by default: the store refuses longer text with an error that says where it belongs. */
export function nonEmpty(most = Number.POSITIVE_INFINITY) {
  return text(most)
    .min(1, 'it must not be empty')
    .refine((value) => value.trim() !== '', 'it must not be empty')
}

const bound = filled().describe('ISO 8601 date or time, inclusive').optional()
export const after = bound
export const before = bound
export const asOf = filled().describe('Searches as if it were then').optional()

export const tags = list(nonEmpty(LIMITS.tag), LIMITS.tags)

export const blockDescription = description
  .describe('Tells the agent what belongs there')
  .optional()
export const blockLimit = z
  .int()
  .min(1)
  .max(LIMITS.block)
  .describe(`Maximum characters of the value, ${DEFAULT_BLOCK_LIMIT} if absent`)
  .optional()
export const readOnly = z.boolean().describe('The agent itself may not edit it').optional()

export const contextWindow = z
  .int()
  .min(1)
  .max(LIMITS.contextWindow)
  .describe(`Maximum tokens of a request to its model, ${DEFAULT_CONTEXT_WINDOW} if absent`)
  .optional()

const toolName = text(LIMITS.reference)

/** Flat, with any `type`: the fields of each rule, and Letta's names, are validated by the rule parser. */
export const toolRules = list(
  z.strictObject({
    type: text(LIMITS.word).describe(
      'run_first, exit_loop, continue_loop, required_before_exit, requires_approval; constrain_child_tools or ' +
        'parent_last_tool with children; conditional with cases; max_count_per_step with limit',
    ),
    tool_name: toolName,
    children: list(toolName, LIMITS.branches).optional(),
    cases: list(z.strictObject({ equals: text(LIMITS.word), tool: toolName }), LIMITS.branches)
      .describe('Which tool follows which result')
      .optional(),
    default_child: filled().describe('If no case matches').optional(),
    require_match: z.boolean().describe('Without a match, allow no tool').optional(),
    limit: z.int().max(LIMITS.count).optional(),
  }),
  LIMITS.toolRules,
)
  .describe('Restrict order and number of its tool calls in a run; [] removes all')
  .optional()

export const innerTools = list(toolName, LIMITS.tools)
  .describe(
    `Its inner tools, instead of those of its type: ${USUAL_TOOLS.join(', ')}; list_tools shows all`,
  )
  .optional()
