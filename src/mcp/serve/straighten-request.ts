import { isRecord } from '../../core/is-record.ts'

/**
 * Repairs requests of lenient clients: null for an omitted value, tool arguments as a JSON string, a number for a
 * prompt argument. The contents of tool arguments are repaired by the tool's own schema.
 */
export function straightenRequest<Request extends { readonly method: string; params?: unknown }>(
  request: Request,
): Request {
  const { method, params } = request
  if (!isRecord(params)) return request
  const present = withoutNulls(params)
  const args = argumentsFor(method, present.arguments)
  const { arguments: _, ...rest } = present
  return { ...request, params: args === undefined ? rest : { ...rest, arguments: args } }
}

function argumentsFor(method: string, given: unknown): unknown {
  if (given === '' || (Array.isArray(given) && given.length === 0)) return undefined
  if (method === 'tools/call' && typeof given === 'string') return objectIn(given) ?? given
  if (method !== 'prompts/get' || !isRecord(given)) return given
  const texts = Object.entries(withoutNulls(given)).map(([name, value]) => [
    name,
    typeof value === 'number' || typeof value === 'boolean' ? String(value) : value,
  ])
  return Object.fromEntries(texts)
}

function withoutNulls(value: Readonly<Record<string, unknown>>) {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== null))
}

function objectIn(text: string): unknown {
  try {
    const parsed: unknown = JSON.parse(text)
    return isRecord(parsed) ? parsed : undefined
  } catch {
    return undefined
  }
}
