/* Where the user is, in the fragment of the address: it survives a reload and never reaches the server. */

export const TABS = ['chat', 'context', 'memory', 'archive', 'runs', 'settings'] as const
export type Tab = (typeof TABS)[number]

export type Route =
  | { readonly kind: 'home' | 'new' | 'inbox' | 'shared' | 'server' | 'bring' }
  /** `detail`: a block's label, a run's id, a passage's id. */
  | { readonly kind: 'agent'; readonly id: string; readonly tab: Tab; readonly detail?: string }

const PLACES = ['new', 'inbox', 'shared', 'server', 'bring'] as const

/** The place that a fragment names; anything unknown is home. Pure. */
export function readRoute(fragment: string): Route {
  const [kind, id, tab, detail] = fragment
    .replace(/^#?\/?/, '')
    .split('/')
    .map(decode)
  const place = PLACES.find((known) => known === kind)
  if (place) return { kind: place }
  if (kind !== 'agents' || !id) return { kind: 'home' }
  return {
    kind: 'agent',
    id,
    tab: TABS.find((known) => known === tab) ?? 'chat',
    ...(detail && { detail }),
  }
}

export function writeRoute(route: Route): string {
  if (route.kind === 'home') return '#/'
  if (route.kind !== 'agent') return `#/${route.kind}`
  const parts = ['agents', route.id, route.tab, ...(route.detail ? [route.detail] : [])]
  return `#/${parts.map(encodeURIComponent).join('/')}`
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return ''
  }
}
