import type { AgentEvent, PartKind } from '../../core/event.ts'
import {
  type AgentId,
  type CallId,
  callIdOf,
  type MessageId,
  newId,
  type RunId,
} from '../../core/ids.ts'
import type { ModelAnswer, ModelDelta } from '../../llm/model.ts'
import { ArgumentReader } from '../step/argument-reader.ts'
import { SPEAKING_TOOL } from '../tools/default-tools.ts'
import { HEARTBEAT, THINKING } from '../tools/tool-specs.ts'

export interface AnswerStreamOptions {
  readonly runId: RunId
  readonly agentId: AgentId
  readonly emit: (event: AgentEvent) => void
  /** Names of the tools offered to the model. */
  readonly tools: ReadonlySet<string>
  /** Whether text outside of calls is for the user; `alone`: only if the answer has no calls. */
  readonly textSpeaks: 'always' | 'alone'
  /** False: the tool rules may still hold back the words of a call, so they are sent once the call is made. */
  readonly callsSpeak: boolean
}

/**
 * Streams one answer of a model to the watchers of a run, as parts that start, grow and end. Parts that did not arrive
 * in pieces are sent whole at the end.
 */
export class AnswerStream {
  /** Id of the message that stores the answer if it is kept. */
  readonly messageId: MessageId = newId('message')
  readonly #options: AnswerStreamOptions
  #parts = 0
  /** Numbers of the parts that have started but not ended. */
  readonly #open = new Map<string, number>()
  readonly #calls = new Map<number, CallStream>()
  #text = ''
  #hasReasoning = false
  #hasSpoken = false

  constructor(options: AnswerStreamOptions) {
    this.#options = options
    this.#emit({ type: 'answer_started', messageId: this.messageId })
  }

  readonly onDelta = (delta: ModelDelta): void => {
    switch (delta.kind) {
      case 'reasoning':
        this.#grow('reasoning', 'reasoning', delta.text)
        return
      case 'text':
        this.#text += delta.text
        if (this.#options.textSpeaks === 'always') this.#grow('text', 'speech', delta.text)
        return
      case 'tool_call':
        this.#call(delta)
        return
    }
  }

  /** The call failed, and its answer is discarded. */
  drop(): void {
    this.#endParts()
    this.#emit({ type: 'answer_ended', messageId: this.messageId, isKept: false })
  }

  /** The answer is stored; `said`: the texts sent to the user. */
  keep(
    answer: Pick<ModelAnswer, 'text' | 'reasoning' | 'toolCalls'>,
    said: readonly string[],
  ): void {
    if (!this.#hasReasoning && answer.reasoning !== '') {
      this.#grow('reasoning', 'reasoning', answer.reasoning)
    }
    if (this.#calls.size === 0) {
      for (const [index, call] of answer.toolCalls.entries()) {
        this.#call({ kind: 'tool_call', index, ...call })
      }
    }
    this.#sayRest(answer.text, said)
    this.#endParts()
    this.#emit({ type: 'answer_ended', messageId: this.messageId, isKept: true })
  }

  #sayRest(text: string, said: readonly string[]): void {
    const isSpeech = said.includes(text) && text.trim() !== ''
    if (isSpeech && this.#options.textSpeaks === 'always' && text.startsWith(this.#text)) {
      this.#grow('text', 'speech', text.slice(this.#text.length))
    }
    if (this.#hasSpoken) return
    for (const [index, words] of said.entries()) this.#grow(`said ${index}`, 'speech', words)
  }

  #call({ index, name, arguments: piece }: Extract<ModelDelta, { kind: 'tool_call' }>): void {
    if (!this.#options.tools.has(name)) return
    const call = this.#calls.get(index) ?? { reader: new ArgumentReader(), member: '', members: 0 }
    this.#calls.set(index, call)
    const isSpeaking = name === SPEAKING_TOOL
    if (!isSpeaking)
      this.#start(`call ${index}`, 'tool_call', name, callIdOf(this.messageId, index))
    for (const read of call.reader.add(piece)) {
      if (read.kind === 'member') {
        call.member = read.key
        if (isSpeaking || isLoops(read.key)) continue
        this.#grow(
          `call ${index}`,
          'tool_call',
          `${call.members === 0 ? '{' : ','}${JSON.stringify(read.key)}:`,
        )
        call.members += 1
      } else if (read.kind === 'raw') {
        if (!isSpeaking && !isLoops(call.member))
          this.#grow(`call ${index}`, 'tool_call', read.text)
      } else if (call.member === THINKING) {
        this.#grow(`thinking ${index}`, 'reasoning', read.text)
      } else if (isSpeaking && call.member === 'message' && this.#options.callsSpeak) {
        this.#grow(`call ${index}`, 'speech', read.text)
      }
    }
  }

  #start(key: string, kind: PartKind, toolName?: string, callId?: CallId): number {
    const known = this.#open.get(key)
    if (known !== undefined) return known
    const part = this.#parts
    this.#parts += 1
    this.#open.set(key, part)
    this.#emit({ type: 'part_started', messageId: this.messageId, part, kind, toolName, callId })
    return part
  }

  #grow(key: string, kind: PartKind, text: string): void {
    if (text === '') return
    if (kind === 'speech') this.#hasSpoken = true
    if (kind === 'reasoning') this.#hasReasoning = true
    const part = this.#start(key, kind)
    this.#emit({ type: 'part_delta', messageId: this.messageId, part, text })
  }

  #endParts(): void {
    for (const [index, { members }] of this.#calls) {
      if (members > 0) this.#grow(`call ${index}`, 'tool_call', '}')
    }
    for (const part of this.#open.values()) {
      this.#emit({ type: 'part_ended', messageId: this.messageId, part })
    }
    this.#open.clear()
  }

  #emit(event: DistributiveOmit<AgentEvent, 'runId' | 'agentId'>): void {
    const { runId, agentId, emit } = this.#options
    emit({ runId, agentId, ...event })
  }
}

interface CallStream {
  readonly reader: ArgumentReader
  /** The member whose value is being read. */
  member: string
  /** How many members have been streamed. */
  members: number
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never

/** Parameters of the loop; no tool knows them. */
function isLoops(key: string): boolean {
  return key === THINKING || key === HEARTBEAT
}
