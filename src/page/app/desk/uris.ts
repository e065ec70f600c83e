/* Addresses of resources, for subscriptions. */

export function agentUri(id: string): string {
  return `recollect://agents/${id}`
}

export function messagesUri(id: string): string {
  return `${agentUri(id)}/messages`
}

export function memoryUri(id: string): string {
  return `${agentUri(id)}/memory`
}

export function runUri(id: string): string {
  return `recollect://runs/${id}`
}

export const RUNS = 'recollect://runs'
export const TOOLS = 'recollect://tools'
export const JOBS = 'recollect://jobs'

export function toolUri(id: string): string {
  return `${TOOLS}/${id}`
}
