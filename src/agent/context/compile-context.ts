import type { Agent, ContextState, MemoryCounts } from '../../core/agent.ts'
import type { Block } from '../../core/block.ts'
import { estimateTokens } from '../../core/estimate-tokens.ts'
import type { ConversationId } from '../../core/ids.ts'
import type { Message } from '../../core/message.ts'
import type { Picture } from '../../core/picture.ts'
import { pictureTokens } from '../../core/picture-tokens.ts'
import { remembered, rememberedList, rememberedText } from '../../core/remembered.ts'
import { tokenSum } from '../../core/token-sum.ts'
import { PROMPTS } from '../../generated/prompts.ts'
import type { ModelMessage, ModelRequest } from '../../llm/model.ts'
import { standingLine } from '../rules/render-tool-rules.ts'
import { judge, type MadeCall, type Verdict } from '../rules/tool-rules.ts'
import { SPEAKING_TOOL } from '../tools/default-tools.ts'
import type { InnerTool } from '../tools/inner-tool.ts'
import { toolSpecs } from '../tools/tool-specs.ts'
import { contextLine } from './context-line.ts'
import { REPEATS_TO_WARN } from './find-repeats.ts'
import { healHistory } from './heal-history.ts'
import { messageBudget, shortenMessage } from './shorten-message.ts'
import { choosePictures, exchanged } from './show-pictures.ts'
import { renderMemory, renderSummary, systemMessage, systemText } from './system-prompt.ts'
import { toModelMessages } from './to-model-messages.ts'

export interface ContextInput {
  readonly agent: Agent
  readonly conversationId: ConversationId
  /** The agent's tools, in its order. */
  readonly tools: readonly InnerTool[]
  readonly blocks: readonly Block[]
  readonly counts: MemoryCounts
  readonly state: ContextState
  /** The messages in the context, oldest first. */
  readonly history: readonly Message[]
  /** Milliseconds since 1970. */
  readonly now: number
  /** The run has used up its steps: the agent may only speak. */
  readonly speakNow: { readonly maxSteps: number } | null
  /** How many times in a row the newest calls of the run repeat themselves. */
  readonly repeats: number
  /** Calls of the run so far, for the tool rules. */
  readonly calls: readonly MadeCall[]
  /** Why pictures of the history are not shown any more, by digest; absent: all are. */
  readonly pictureProblems?: ReadonlyMap<string, string>
}

export interface CompiledContext {
  readonly request: ModelRequest
  /** The parts that make up the request. Tokens are estimates, corrected by the provider's earlier counts. */
  readonly parts: readonly ContextPart[]
  readonly totalTokens: number
  /** The uncorrected estimate, for comparison with the provider's count. */
  readonly estimatedTokens: number
  /** The uncorrected share of the pictures in it. */
  readonly pictureTokens: number
  /** The history as sent: oversized messages are shortened. Tokens are uncorrected. */
  readonly history: readonly Message[]
  /** Largest size of a request that fits, in tokens. */
  readonly window: number
  /** The agent is told that its context is nearly full. */
  readonly tellsPressure: boolean
}

export interface ContextPart {
  readonly name: 'system' | 'tools' | 'memory' | 'summary' | 'messages' | 'last_line'
  readonly tokens: number
  readonly count: number
}

/** Share of the compaction threshold from which the agent is told of memory pressure. Chosen by hand. */
const PRESSURE_SHARE = 0.85

/**
 * Builds the model's request from the agent's state. Parts that change rarely come first, for the provider's prompt
 * cache: system text, tools and memory, the summary of evicted messages, then the history in the order of storage.
 * Everything that changes at each step is the last line of the newest message.
 */
export function compileContext(input: ContextInput): CompiledContext {
  const { agent, blocks, state, speakNow } = input
  const window = Math.min(agent.contextWindow, state.learnedWindow ?? Number.POSITIVE_INFINITY)
  const standing = judge(agent.toolRules, ruledNames(input), input.calls)
  const all = speakNow
    ? input.tools
    : input.tools.filter(({ name }) => standing.allowed.includes(name))
  const mustSpeak = agent.agentType === 'memgpt_agent' && agent.tools.includes(SPEAKING_TOOL)
  const tools = toolSpecs(
    agent.agentType,
    speakNow && mustSpeak ? all.filter((tool) => tool.name === SPEAKING_TOOL) : all,
  )
  const budget = messageBudget(window)
  const pictures = choosePictures(input.history, input.pictureProblems ?? new Map())
  const weigh = (picture: Picture) => pictureTokens(picture, agent.model ?? state.ranOn)
  const history = exchanged(shortenMessages(input.history, budget), pictures, (message, shown) =>
    weighed(message, sum(shown.pictures.map(weigh))),
  )

  const correct = (tokens: number) => Math.ceil(tokens * state.tokenRatio)
  const count = (text: string) => correct(estimated(text))
  const fixed: readonly ContextPart[] = [
    { name: 'system', tokens: count(systemText(agent)), count: 1 },
    { name: 'tools', tokens: count(JSON.stringify(tools)), count: tools.length },
    { name: 'memory', tokens: count(renderMemory(blocks)), count: blocks.length },
    { name: 'summary', tokens: count(renderSummary(state.summary)), count: state.summary ? 1 : 0 },
  ]
  const messageTokens = correct(sumOfTokens(history))
  const share = (sum(fixed.map(tokensOf)) + messageTokens) / window
  const tellsPressure =
    !state.pressureTold && share >= agent.settings.compactionThreshold * PRESSURE_SHARE
  const lastLine = lastLineOf(input, standing, history.length, tellsPressure ? share : null)
  const parts: readonly ContextPart[] = [
    ...fixed,
    { name: 'messages', tokens: messageTokens, count: history.length },
    { name: 'last_line', tokens: count(lastLine), count: 1 },
  ]
  const totalTokens = sum(parts.map(tokensOf))
  const { timezone, temperature, maxOutputTokens, reasoning } = agent.settings
  const models = healHistory(toModelMessages(history, timezone, pictures))
  return {
    request: {
      messages: [
        { role: 'system', text: systemMessage(agent, blocks, state.summary) },
        ...withLastLine(models, lastLine),
      ],
      tools,
      toolChoice: toolChoice({
        mustSpeak,
        mustCall: standing.due !== null,
        offered: tools.map((tool) => tool.name),
        isBound: agent.toolRules.length > 0,
        speakNow: speakNow !== null,
      }),
      ...(temperature !== null && { temperature }),
      ...(maxOutputTokens !== null && { maxOutputTokens }),
      ...(reasoning !== 'off' && { reasoning }),
    },
    parts,
    totalTokens,
    estimatedTokens: Math.ceil(totalTokens / state.tokenRatio),
    pictureTokens: sum([...pictures.values()].flatMap((shown) => shown.pictures.map(weigh))),
    history,
    window,
    tellsPressure,
  }
}

/** The names of its tools, with those that the registry adds. */
export function ruledNames({
  agent,
  tools,
}: Pick<ContextInput, 'agent' | 'tools'>): readonly string[] {
  return [...new Set([...agent.tools, ...tools.map(({ name }) => name)])]
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

function tokensOf({ tokens }: { readonly tokens: number }): number {
  return tokens
}

function lastLineOf(
  input: ContextInput,
  standing: Verdict,
  inSight: number,
  pressure: number | null,
): string {
  const { agent, speakNow, repeats } = input
  return [
    ...(speakNow
      ? [fill(PROMPTS['speak-now'], 'MAX_STEPS', speakNow.maxSteps)]
      : standingLine(standing)),
    ...(repeats >= REPEATS_TO_WARN ? [fill(PROMPTS['stop-repeating'], 'REPEATS', repeats)] : []),
    ...(pressure !== null
      ? [fill(PROMPTS['memory-pressure'], 'PERCENT', Math.round(pressure * 100))]
      : []),
    contextLine({
      now: input.now,
      timezone: agent.settings.timezone,
      counts: input.counts,
      inSight,
    }),
  ].join('\n')
}

function fill(prompt: string, name: string, value: number): string {
  return prompt.trim().replace(`{${name}}`, String(value))
}

function toolChoice({
  mustSpeak,
  mustCall,
  offered,
  isBound,
  speakNow,
}: {
  readonly mustSpeak: boolean
  /** The tool rules require a call before the turn may end. */
  readonly mustCall: boolean
  readonly offered: readonly string[]
  /** The agent has tool rules. */
  readonly isBound: boolean
  readonly speakNow: boolean
}): ModelRequest['toolChoice'] {
  const [name, ...others] = offered
  if (name === undefined) return 'auto'
  if (speakNow) return mustSpeak ? { name: SPEAKING_TOOL } : 'none'
  if (!mustSpeak && !mustCall) return 'auto'
  return isBound && others.length === 0 ? { name } : 'required'
}

/** Appends to the newest message instead of adding one: not every chat template accepts two user messages in a row. */
function withLastLine(messages: readonly ModelMessage[], line: string): readonly ModelMessage[] {
  const newest = messages.at(-1)
  if (!newest || newest.role === 'assistant' || newest.role === 'system')
    return [...messages, { role: 'user', text: line, changesFrom: 0 }]
  const changed = { text: `${newest.text}\n\n${line}`, changesFrom: newest.text.length }
  return messages.with(-1, { ...newest, ...changed })
}

const shortenMessages = rememberedList(shortenMessage)

const sumOfTokens = tokenSum(tokensOf)

/** A message with the tokens of the pictures that are shown with it. */
const weighed = remembered(
  (message: Message, tokens: number): Message => ({ ...message, tokens: message.tokens + tokens }),
)

/** Prompts, tools and memory are the same at most steps. */
const estimated = rememberedText(estimateTokens)
