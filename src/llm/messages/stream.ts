import { isRecord } from '../../core/is-record.ts'
import type { CallOptions } from '../model.ts'
import { TextPreview } from '../preview-text.ts'
import type { Fields } from '../wire/fields.ts'
import type { StreamAssembly } from '../wire/read-answer.ts'

type Delta = Parameters<NonNullable<CallOptions['onDelta']>>[0]

interface Block {
  /** The block as it began. */
  readonly begun: Fields
  text: string
  thinking: string
  signature: string
  /** JSON text, not parsed. */
  input: string
  /** Index among the calls. */
  readonly call: number
}

/** Assembles a message from its stream events. */
export function assembleMessage(onDelta: CallOptions['onDelta']): StreamAssembly {
  const blocks: Block[] = []
  /** By index; some servers give the same one to every block, or none. */
  const open = new Map<unknown, Block>()
  const preview = new TextPreview()
  let begun: Fields = {}
  let usage: Fields = {}
  let stopReason: unknown = null
  let length = 0
  let isOver = false

  const begin = ({ index, content_block: block }: Fields): void => {
    if (!isRecord(block)) return
    const call = blocks.filter((each) => each.begun.type === 'tool_use').length
    const added: Block = { begun: block, text: '', thinking: '', signature: '', input: '', call }
    blocks.push(added)
    open.set(index, added)
    if (block.type === 'tool_use') {
      tell({ kind: 'tool_call', index: call, name: textIn(block.name), arguments: '' })
    }
    // Usually empty, but some servers send the first piece here.
    grow(added, { type: 'text_delta', text: block.text })
    grow(added, { type: 'thinking_delta', thinking: block.thinking })
    grow(added, { type: 'signature_delta', signature: block.signature })
  }

  const grow = (block: Block, delta: Fields): void => {
    const piece = textIn(delta[PIECES[String(delta.type)] ?? ''])
    if (piece === '') return
    length += piece.length
    switch (delta.type) {
      case 'text_delta':
        block.text += piece
        for (const shown of preview.add(piece)) tell(shown)
        break
      case 'thinking_delta':
        block.thinking += piece
        tell({ kind: 'reasoning', text: piece })
        break
      case 'signature_delta':
        block.signature += piece
        break
      case 'input_json_delta':
        block.input += piece
        tell({
          kind: 'tool_call',
          index: block.call,
          name: textIn(block.begun.name),
          arguments: piece,
        })
    }
  }

  const tell = (delta: Delta): void => onDelta?.(delta)

  return {
    add(event) {
      if (!isRecord(event)) return
      switch (event.type) {
        case 'message_start':
          begun = isRecord(event.message) ? event.message : {}
          usage = isRecord(begun.usage) ? begun.usage : {}
          break
        case 'content_block_start':
          begin(event)
          break
        case 'content_block_delta': {
          const block = open.get(event.index)
          if (block && isRecord(event.delta)) grow(block, event.delta)
          break
        }
        case 'message_delta':
          if (isRecord(event.delta)) stopReason = event.delta.stop_reason ?? stopReason
          usage = { ...usage, ...counted(event.usage) }
          break
        case 'message_stop':
          isOver = true
      }
    },
    length: () => length,
    isFinished: () => isOver || stopReason !== null,
    isOver: () => isOver,
    answer: () => ({
      ...begun,
      content: blocks.map(whole),
      stop_reason: stopReason,
      usage,
    }),
  }
}

const PIECES: Readonly<Record<string, string>> = {
  text_delta: 'text',
  thinking_delta: 'thinking',
  signature_delta: 'signature',
  input_json_delta: 'partial_json',
}

function whole({ begun, text, thinking, signature, input }: Block): Fields {
  switch (begun.type) {
    case 'text':
      return { ...begun, text }
    case 'thinking':
      return { ...begun, thinking, signature }
    case 'tool_use':
      return input === '' ? begun : { ...begun, input }
    default:
      return begun
  }
}

/** Some servers count the input only at the end; others repeat it there as zero. */
function counted(usage: unknown): Fields {
  if (!isRecord(usage)) return {}
  return Object.fromEntries(
    Object.entries(usage).filter(([, value]) => typeof value === 'number' && value > 0),
  )
}

function textIn(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
