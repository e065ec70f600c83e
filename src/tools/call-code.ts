import type { Agent } from '../core/agent.ts'
import type { Block } from '../core/block.ts'
import type { ToolDefinition } from '../core/stored-tool.ts'
import { countCharacters, sliceCharacters } from '../core/text.ts'
import type {
  AgentSnapshot,
  CapturedOutput,
  HostCall,
  Sandbox,
  SandboxOutcome,
} from '../sandbox/sandbox.ts'

/** Characters of a result that a model or an answer gets. Issue 20. */
export const RESULT_CHARACTERS = 8_000
/** Characters of each of stdout and stderr. Issue 20. */
export const OUTPUT_CHARACTERS = 3_000

export interface CodeCall {
  readonly tool: Pick<
    ToolDefinition,
    'language' | 'source' | 'entry' | 'secrets' | 'timeoutSeconds'
  >
  readonly arguments: Readonly<Record<string, unknown>>
  /** The agent whose state the code sees. */
  readonly agent: { readonly agent: Agent; readonly blocks: readonly Block[] } | undefined
  readonly host: readonly HostCall[]
  readonly signal: AbortSignal
}

/** Runs the function of a stored tool. */
export async function callCode(sandbox: Sandbox, call: CodeCall): Promise<SandboxOutcome> {
  const { language, source, entry, secrets, timeoutSeconds } = call.tool
  if (language === 'mcp') throw new Error('a tool of a server is no code of ours')
  return sandbox.run({
    language,
    source,
    entry,
    arguments: call.arguments,
    agent: call.agent && snapshotOf(call.agent),
    host: call.host,
    secrets,
    limits: { milliseconds: timeoutSeconds * 1_000, outputChars: OUTPUT_CHARACTERS },
    signal: call.signal,
  })
}

function snapshotOf({ agent, blocks }: NonNullable<CodeCall['agent']>): AgentSnapshot {
  return {
    id: agent.id,
    name: agent.name,
    description: agent.description,
    tags: agent.tags,
    blocks: blocks.map(({ label, value, description, limit, readOnly }) => ({
      label,
      value,
      description,
      limit,
      readOnly,
    })),
  }
}

/** The function's result, as text. */
export function resultText(
  { result }: Pick<SandboxOutcome, 'result'>,
  { maxResultChars }: Pick<ToolDefinition, 'maxResultChars'> = {},
): string {
  const text = typeof result === 'string' ? result : JSON.stringify(result ?? null)
  return cut(text, Math.min(maxResultChars ?? RESULT_CHARACTERS, RESULT_CHARACTERS))
}

export function cut(text: string, most: number = RESULT_CHARACTERS): string {
  const size = countCharacters(text)
  if (size <= most) return text
  return `${sliceCharacters(text, 0, most)}… (${size - most} more characters were left out)`
}

export function outputText({ text, leftOutBytes }: CapturedOutput): string {
  return leftOutBytes === 0 ? text : `${text}… (${leftOutBytes} more bytes were left out)`
}

/** Why a call did not succeed, for the model that made it. */
export function failureText(name: string, { status, error, stderr }: SandboxOutcome): string {
  const what = status === 'timeout' ? 'took too long' : 'failed'
  const printed = stderr.text.trim() === '' ? '' : ` It wrote to stderr: ${outputText(stderr)}`
  return cut(
    `${name} ${what}: ${error?.message ?? 'no reason is known'}. Nothing was changed.${printed}`,
  )
}
