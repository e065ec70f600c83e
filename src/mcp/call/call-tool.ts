import type { Log } from '../../core/log.ts'
import type { McpContext } from '../../service/context.ts'
import { InputNeeded } from '../client/client-input.ts'
import { type Answer, countFitting, cutToFit, fits, listOf } from '../present/fit.ts'
import { labelStored } from '../present/label-stored.ts'
import type { Tool, ToolRequest } from './define-tool.ts'
import { parseArguments } from './parse-arguments.ts'
import { requireScope } from './require-scope.ts'
import { openCursor, sealCursor } from './sealed-cursor.ts'
import { type ToolResult, toErrorResult, toFailedResult, toResult } from './to-result.ts'

/** Runs a tool call and always returns a result. This is the only place where errors become tool results. */
export async function callTool(
  tool: Tool,
  rawArguments: unknown,
  context: () => Promise<McpContext>,
  call: ToolRequest,
  log: Log,
): Promise<ToolResult | InputNeeded> {
  try {
    requireScope(call.caller.scopes, tool.scope)
    const args = parseArguments(tool.input, rawArguments)
    const answer = await answerTool(tool, args, await context(), call)
    const failure = tool.failure?.(answer)
    return failure === undefined
      ? toResult(answer, tool.content?.(answer))
      : toFailedResult(answer, failure)
  } catch (error) {
    if (error instanceof InputNeeded) return error
    return toErrorResult(error, log)
  }
}

/** Runs the tool with parsed arguments and keeps the answer within the size limit. */
export async function answerTool(
  tool: Tool,
  args: Readonly<Record<string, unknown>>,
  context: McpContext,
  call: ToolRequest,
): Promise<Answer> {
  const { cursor, ...others } = args
  const opened =
    typeof cursor === 'string'
      ? { ...others, cursor: await openCursor(cursor, tool.name, context) }
      : others
  const run = async (limited: { readonly limit?: number } = {}) =>
    complete(
      await tool.run({ ...opened, ...limited }, context, call),
      (next) => sealCursor(next, tool.name, context),
      cursor === undefined,
    )
  const answer = await run()
  if (tool.pages === undefined || fits(answer)) return cutToFit(answer)
  const all = listOf(answer, tool.pages).length
  let page = answer
  // Ask again for a shorter page, so that `next_cursor` points at the first item left out. Context around an entry is
  // dropped on both sides, so one retry may not be enough.
  while (!fits(page) && listOf(page, tool.pages).length > 1) {
    page = await run({ limit: countFitting(page, tool.pages) })
  }
  const cut = cutToFit(page)
  const leftOut = all - listOf(cut, tool.pages).length
  return { ...cut, ...(leftOut > 0 && { truncated: true, left_out: leftOut }) }
}

/**
 * Adds the notice about stored text, so that sizes are measured on the answer as it is sent. A following page continues
 * a list that has it.
 */
async function complete(
  answer: Answer,
  seal: (cursor: string) => Promise<string>,
  isFirst: boolean,
): Promise<Answer> {
  const { next_cursor } = answer
  const sealed = typeof next_cursor === 'string' ? { next_cursor: await seal(next_cursor) } : {}
  const present = Object.entries({ ...answer, ...sealed }).filter(
    ([, value]) => value !== undefined,
  )
  const whole = Object.fromEntries(present)
  return isFirst ? labelStored(whole) : whole
}
