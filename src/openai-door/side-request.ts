import type { ChatMessage } from './read-chat.ts'

/*
 * Frontends ask the same model, behind the user's back, for a title of the chat, tags, follow-up questions or a search
 * query. Those requests must not become part of what the agent remembers.
 */

/** How such requests begin or what they hold: Open WebUI, LibreChat, LobeChat, and others alike. */
const SHAPES: readonly RegExp[] = [
  /^### Task:\s/,
  /^\s*(?:please\s+)?(?:provide|generate|write|create|suggest|summari[sz]e)\b[^\n]{0,120}\b(?:title|tags?)\b[^\n]{0,80}\b(?:for|of|summari[sz]ing)\b[^\n]{0,40}\b(?:chat|conversation)/i,
  /<chat_history>[\s\S]*<\/chat_history>/i,
]

/** Says that a request is such a one, where its shape does not. */
export const SIDE_HEADER = 'x-recollect-side-request'

/**
 * Ends the name of an agent that a program is told to use for titles and the like (the "task model" of Open WebUI,
 * `titleModel` of LibreChat).
 */
const SIDE_SUFFIX = ':side'

/** The agent whose model answers, if the name of the model says that the request is such a one. */
export function sideAgentOf(model: string): string | undefined {
  return model.endsWith(SIDE_SUFFIX) ? model.slice(0, -SIDE_SUFFIX.length) : undefined
}

export function isSideRequest(
  messages: readonly ChatMessage[],
  header: string | string[] | undefined,
): boolean {
  if (header !== undefined) return header !== 'false'
  const last = messages.at(-1)
  return last?.role === 'user' && SHAPES.some((shape) => shape.test(last.text))
}

/** The whole request as one text for a model that has nothing but it. */
export function asOneText(messages: readonly ChatMessage[]): string {
  if (messages.length === 1) return messages[0]?.text ?? ''
  return messages.map(({ role, text }) => `${role}: ${text}`).join('\n\n')
}
