import type { Message } from '../../core/message.ts'
import { remembered, rememberedList } from '../../core/remembered.ts'
import type { ModelMessage } from '../../llm/model.ts'
import { renderRelayed, renderSentMessage, renderUserMessage } from './render-message.ts'
import { exchanged, type ShownPictures } from './show-pictures.ts'

/** The history as a model sees it, with the pictures by the index of their message. */
export function toModelMessages(
  history: readonly Message[],
  timezone: string,
  pictures: ReadonlyMap<number, ShownPictures>,
): readonly ModelMessage[] {
  return exchanged(withoutPictures(history, timezone), pictures, (_, shown, index) =>
    toModelMessage(history[index] as Message, timezone, shown),
  )
}

const withoutPictures = rememberedList((message: Message, timezone: string) =>
  toModelMessage(message, timezone),
)

const NO_PICTURES: ShownPictures = { pictures: [], notes: [] }

/** Remembered, since the history is sent again at every step. */
const toModelMessage = remembered(
  (
    message: Message,
    timezone: string,
    { pictures, notes }: ShownPictures = NO_PICTURES,
  ): ModelMessage => {
    switch (message.role) {
      case 'user':
        return {
          role: 'user',
          text: renderUserMessage([...notes, message.text].join('\n'), message.createdAt, timezone),
          ...(pictures.length > 0 && { pictures }),
        }
      case 'system':
        if (!message.sender) return { role: 'system', text: message.text }
        return {
          role: 'user',
          text: renderSentMessage(
            { ...message, sender: message.sender },
            message.createdAt,
            timezone,
          ),
        }
      case 'assistant':
        if (message.speaker) {
          const said = { text: message.said.join('\n'), speaker: message.speaker }
          return { role: 'user', text: renderRelayed(said, message.createdAt, timezone) }
        }
        return {
          role: 'assistant',
          text: message.text,
          reasoning: message.reasoning,
          toolCalls: message.toolCalls,
          ...(message.extras && { extras: message.extras }),
        }
      case 'tool':
        return {
          role: 'tool',
          callId: message.callId,
          text: message.status === 'error' ? `Error: ${message.text}` : message.text,
        }
    }
  },
)
