import type { Agent, MemoryCounts } from '../core/agent.ts'
import type { Block } from '../core/block.ts'
import { toTimestamp } from '../core/clock.ts'
import { estimateTokens } from '../core/estimate-tokens.ts'
import type { Message } from '../core/message.ts'
import { PROMPTS } from '../generated/prompts.ts'
import type { ModelMessage, ModelRequest } from '../llm/model.ts'
import { REPEATS_TO_WARN } from './find-repeats.ts'
import { fitHistory } from './fit-history.ts'
import { healHistory } from './heal-history.ts'
import { standingLine } from './render-tool-rules.ts'
import { renderMemory, systemMessage, systemText } from './system-prompt.ts'
import { judge, type MadeCall } from './tool-rules.ts'
import { toolSpecs } from './tool-specs.ts'
import { innerTools, SPEAKING_TOOL } from './tools/index.ts'

export interface ContextInput {
  readonly agent: Agent
  readonly blocks: readonly Block[]
  readonly counts: MemoryCounts
  /** The newest messages, oldest first; at least as many as can fit. */
  readonly history: readonly Message[]
  /** Milliseconds since 1970. */
  readonly now: number
  /** The run's steps are used up: the agent may only speak. */
  readonly speakNow: { readonly maxSteps: number } | null
  /** How often the calls at the end of the run repeat themselves. */
  readonly repeats: number
  /** Of the run so far, for the tool rules. */
  readonly calls: readonly MadeCall[]
}

export interface CompiledContext {
  readonly request: ModelRequest
  /** Estimated. Together they are the request. */
  readonly parts: readonly ContextPart[]
}

export interface ContextPart {
  readonly name: 'system' | 'tools' | 'memory' | 'messages' | 'last_line'
  readonly tokens: number
  readonly count: number
}

/** Left free for the answer, at most. */
const ANSWER_TOKENS = 4_096

/**
 * What the model is sent, out of what the agent is. Order is that of change: system text, tools and memory, then the
 * history as it was appended; whatever differs at every step is the last line of the newest message, so that all
 * before it can be cached by the provider.
 */
export function compileContext(input: ContextInput): CompiledContext {
  const { agent, blocks, counts, now, speakNow, repeats } = input
  const standing = judge(agent.toolRules, agent.tools, input.calls)
  const all = innerTools(speakNow ? agent.tools : standing.allowed)
  const mustSpeak = agent.agentType === 'memgpt_agent' && agent.tools.includes(SPEAKING_TOOL)
  const tools = toolSpecs(
    agent.agentType,
    speakNow && mustSpeak ? all.filter((tool) => tool.name === SPEAKING_TOOL) : all,
  )
  const system = systemMessage(agent, blocks)
  const memoryTokens = estimateTokens(renderMemory(blocks))
  const systemTokens = estimateTokens(systemText(agent))
  const toolTokens = tools.reduce((sum, tool) => sum + estimateTokens(JSON.stringify(tool)), 0)

  const fixed = systemTokens + memoryTokens + toolTokens
  const answer = Math.min(ANSWER_TOKENS, Math.floor(agent.contextWindow / 4))
  const history = fitHistory(input.history, agent.contextWindow - fixed - answer)

  const lastLine = [
    ...(speakNow
      ? [PROMPTS['speak-now'].trim().replace('{MAX_STEPS}', String(speakNow.maxSteps))]
      : standingLine(standing)),
    ...(repeats >= REPEATS_TO_WARN
      ? [PROMPTS['stop-repeating'].trim().replace('{REPEATS}', String(repeats))]
      : []),
    contextLine(now, counts, history.length),
  ].join('\n')

  return {
    request: {
      messages: [
        { role: 'system', text: system },
        ...withLastLine(healHistory(history.map(toModelMessage)), lastLine),
      ],
      tools,
      toolChoice: toolChoice({
        mustSpeak,
        mustCall: standing.due !== null,
        offered: tools.map((tool) => tool.name),
        isBound: agent.toolRules.length > 0,
        speakNow: speakNow !== null,
      }),
    },
    parts: [
      { name: 'system', tokens: systemTokens, count: 1 },
      { name: 'tools', tokens: toolTokens, count: tools.length },
      { name: 'memory', tokens: memoryTokens, count: blocks.length },
      {
        name: 'messages',
        tokens: history.reduce((sum, { tokens }) => sum + tokens, 0),
        count: history.length,
      },
      { name: 'last_line', tokens: estimateTokens(lastLine), count: 1 },
    ],
  }
}

function toolChoice({
  mustSpeak,
  mustCall,
  offered,
  isBound,
  speakNow,
}: {
  readonly mustSpeak: boolean
  /** The tool rules want a call before the turn may end. */
  readonly mustCall: boolean
  readonly offered: readonly string[]
  /** By tool rules. */
  readonly isBound: boolean
  readonly speakNow: boolean
}): ModelRequest['toolChoice'] {
  const [name, ...others] = offered
  if (name === undefined) return 'auto'
  if (speakNow) return mustSpeak ? { name: SPEAKING_TOOL } : 'none'
  if (!mustSpeak && !mustCall) return 'auto'
  return isBound && others.length === 0 ? { name } : 'required'
}

const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

/** The agent can't know what it can't see: the time, and how much lies outside its context. */
function contextLine(now: number, counts: MemoryCounts, inSight: number): string {
  const time = toTimestamp(now)
  const weekday = WEEKDAYS[new Date(now).getUTCDay()]
  return `<context time="${time.slice(0, 16)}Z" weekday="${weekday}" recall_messages="${counts.messages}" in_sight="${inSight}" archival_passages="${counts.passages}" />`
}

/** At the end of the newest message rather than in one of its own: not every chat template takes a second user message. */
function withLastLine(messages: readonly ModelMessage[], line: string): readonly ModelMessage[] {
  const newest = messages.at(-1)
  if (!newest || newest.role === 'assistant') return [...messages, { role: 'user', text: line }]
  return [...messages.slice(0, -1), { ...newest, text: `${newest.text}\n\n${line}` }]
}

function toModelMessage(message: Message): ModelMessage {
  switch (message.role) {
    case 'user':
    case 'system':
      return { role: message.role, text: message.text }
    case 'assistant':
      return {
        role: 'assistant',
        text: message.text,
        reasoning: message.reasoning,
        toolCalls: message.toolCalls,
      }
    case 'tool':
      return {
        role: 'tool',
        callId: message.callId,
        text: message.status === 'error' ? `Error: ${message.text}` : message.text,
      }
  }
}
