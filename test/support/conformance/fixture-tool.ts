import type { ContentBlock } from '@modelcontextprotocol/server'
import { z } from 'zod'
import {
  defineTool,
  READS,
  type Tool,
  type ToolRequest,
} from '../../../src/mcp/call/define-tool.ts'

type Args = Readonly<Record<string, string>>

interface Fixture {
  readonly name: string
  readonly about: string
  /** Names of its arguments, all text. */
  readonly takes?: readonly string[]
  readonly content?: readonly ContentBlock[]
  /** Returns the text of the result. */
  readonly run?: (args: Args, call: ToolRequest) => string | Promise<string>
}

/** A tool that the suite asks for by its name. */
export function fixtureTool({ name, about, takes = [], content, run }: Fixture): Tool {
  const shape = Object.fromEntries(takes.map((argument) => [argument, z.string()]))
  return defineTool({
    name,
    title: about,
    description: `${about}, for the conformance suite.`,
    input: z.strictObject(shape),
    output: z.object({ said: z.string().optional() }),
    scope: 'read',
    annotations: READS,
    run: async (args, _, call) => ({ said: (await run?.(args, call)) ?? about }),
    ...(content !== undefined && { content: () => content }),
  })
}

/** One pixel. */
export const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=='
/** No samples. */
export const WAV = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEARKwAAIhYAQACABAAZGF0YQAAAAA='
