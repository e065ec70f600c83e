import { isRecord } from '../../core/is-record.ts'

/* Letta wraps what users and tools say in JSON. Here it is told apart by the place of the message. */

export type UserEnvelope =
  | { readonly kind: 'user' | 'login' | 'alert'; readonly text: string }
  | { readonly kind: 'heartbeat' }

export function openUserEnvelope(text: string): UserEnvelope {
  const value = parsed(text)
  if (!isRecord(value) || typeof value.type !== 'string') return { kind: 'user', text }
  const message = typeof value.message === 'string' ? value.message : undefined
  switch (value.type) {
    case 'user_message':
      return { kind: 'user', text: message ?? text }
    case 'heartbeat':
      return { kind: 'heartbeat' }
    case 'login':
      return { kind: 'login', text: loginText(value) }
    case 'system_alert':
      return { kind: 'alert', text: message ?? text }
    default:
      return { kind: 'user', text }
  }
}

function loginText({ last_login, time }: Readonly<Record<string, unknown>>): string {
  const at = typeof time === 'string' ? ` at ${time}` : ''
  const last = typeof last_login === 'string' ? ` (before: ${last_login})` : ''
  return `The user logged in${at}${last}.`
}

export interface ToolEnvelope {
  readonly status: 'success' | 'error'
  readonly text: string
}

export function openToolEnvelope(text: string, status?: unknown): ToolEnvelope {
  const given = status === 'error' ? 'error' : 'success'
  const value = parsed(text)
  if (!isRecord(value) || !('status' in value) || !('message' in value)) {
    return { status: given, text }
  }
  const { message } = value
  const isFailed = given === 'error' || value.status === 'Failed' || value.status === 'error'
  return {
    status: isFailed ? 'error' : 'success',
    text: typeof message === 'string' ? message : JSON.stringify(message ?? null),
  }
}

export function wrapUser(text: string, time: string): string {
  return JSON.stringify({ type: 'user_message', message: text, time })
}

export function wrapAlert(text: string, time: string): string {
  return JSON.stringify({ type: 'system_alert', message: text, time })
}

export function wrapTool({ status, text }: ToolEnvelope, time: string): string {
  return JSON.stringify({ status: status === 'success' ? 'OK' : 'Failed', message: text, time })
}

function parsed(text: string): unknown {
  if (!text.trimStart().startsWith('{')) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
