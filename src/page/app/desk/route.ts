/* Where the user is, in the fragment of the address: it survives a reload and never reaches the server. */

export const TABS = ['chat', 'context', 'memory', 'archive', 'tools', 'runs', 'settings'] as const
export type Tab = (typeof TABS)[number]

export const TAB_TITLES: Readonly<Record<Tab, string>> = {
  chat: 'Chat',
  context: 'Context',
  memory: 'Memory',
  archive: 'Archive',
  tools: 'Tools',
  runs: 'Runs',
  settings: 'Settings',
}

const PLACES = ['new', 'inbox', 'shared', 'server', 'bring', 'background'] as const

export type Route =
  | { readonly kind: 'home' | (typeof PLACES)[number] }
  /** `detail`: a tool's id, or `new`. */
  | { readonly kind: 'tools'; readonly detail?: string }
  /** `detail`: a block's label, a run's id, a passage's id. */
  | { readonly kind: 'agent'; readonly id: string; readonly tab: Tab; readonly detail?: string }

/** The place that a fragment names; anything unknown is home. Pure. */
export function readRoute(fragment: string): Route {
  const [kind, id, tab, detail] = fragment
    .replace(/^#?\/?/, '')
    .split('/')
    .map(decode)
  const place = PLACES.find((known) => known === kind)
  if (place) return { kind: place }
  if (kind === 'tools') return { kind, ...(id && { detail: id }) }
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
  return `#/${partsOf(route).map(encodeURIComponent).join('/')}`
}

function partsOf(route: Route): readonly string[] {
  if (route.kind === 'agent') {
    return ['agents', route.id, route.tab, ...(route.detail ? [route.detail] : [])]
  }
  return route.kind === 'tools' && route.detail ? ['tools', route.detail] : [route.kind]
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return ''
  }
}
