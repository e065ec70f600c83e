import { iso, type Turn } from '../files.ts'

/** Role, text and time of a message. */
export type Said = readonly [role: Turn['role'], text: string, at?: string]
/** A file, and the messages that come of it or, as a pattern, why it is refused. */
export type Talk = readonly [
  name: string,
  content: string | Uint8Array,
  expected: readonly Said[] | RegExp,
]

/** When the first message was said, in seconds since 1970. */
export const AT = 1_700_000_000
export const talk = (thing: string): readonly Turn[] => [
  { role: 'user', text: `Where is the ${thing}?`, at: AT },
  { role: 'assistant', text: `The ${thing} is here.`, at: AT + 60 },
]
export const said = (thing: string): readonly Said[] =>
  talk(thing).map(({ role, text, at }) => [role, text, iso(at)])
