/** Namespace of a server without users. */
export const NAMESPACE = 'default'

export const NAMESPACE_RULE = '1 to 64 of A-Z, a-z, 0-9, _, . and -'

export function isNamespace(text: string): boolean {
  return /^[A-Za-z0-9_.-]{1,64}$/.test(text)
}
