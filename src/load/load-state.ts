import type { Timestamp } from '../core/clock.ts'
import type { ArchiveId } from '../core/ids.ts'
import { isRecord } from '../core/is-record.ts'
import type { Job } from '../core/job.ts'

/** How far a load has come, stored with its job in every transaction. */
export interface LoadState {
  /** Key of the last file that is finished; files come in the order of their keys. Empty: none. */
  readonly after: string
  /** Batches of the next file that are stored. */
  readonly batches: number
  readonly files: number
  readonly passages: number
  readonly messages: number
  readonly blocks: number
  /** Passages of earlier versions that newer ones replace, and those that nothing replaces. */
  readonly replaced: number
  readonly retired: number
  /** Passages and messages that were there before. */
  readonly known: number
  readonly leftOut: number
  /** The first of what was left out, with the reasons. */
  readonly notes: readonly string[]
  /** The archive of its passages; null: not chosen yet. */
  readonly archiveId: ArchiveId | null
  /** When this origin was loaded last, before this load; null: never. */
  readonly lastLoaded: Timestamp | null
  /** How often a watched folder has been looked through. */
  readonly turns: number
  /** Outcome of the last look that changed something. */
  readonly told: string
}

export const AT_START: LoadState = {
  ...{ after: '', batches: 0, files: 0, passages: 0, messages: 0, blocks: 0 },
  ...{ replaced: 0, retired: 0, known: 0, leftOut: 0, notes: [] },
  ...{ archiveId: null, lastLoaded: null, turns: 0, told: '' },
}

/** Notes in a report; the rest is counted. Chosen by hand. */
const MAX_NOTES = 50
const MAX_NOTE_CHARACTERS = 300

export function readState(state: string | null): LoadState {
  const value: unknown = state === null ? {} : JSON.parse(state)
  return isRecord(value) ? { ...AT_START, ...value } : AT_START
}

/** Whether nothing is stored yet of this load, or of this look at a watched folder. Pure. */
export function isAtStart({ after, batches }: LoadState): boolean {
  return after === '' && batches === 0
}

/** Whether it made a difference to the present. Pure. */
export function hasChanged({ passages, replaced, retired }: LoadState): boolean {
  return passages + replaced + retired > 0
}

export function leaveOut(state: LoadState, note: string): LoadState {
  const notes =
    state.notes.length < MAX_NOTES
      ? [...state.notes, note.slice(0, MAX_NOTE_CHARACTERS)]
      : state.notes
  return { ...state, leftOut: state.leftOut + 1, notes }
}

/** Says what was taken, known and left out. Pure. */
export function describeLoad(state: LoadState, dryRun: boolean): string {
  const { files, passages, messages, blocks, replaced, retired, known, leftOut, notes } = state
  const taken = [
    count(passages, 'passage'),
    count(messages, 'message'),
    count(blocks, 'block'),
  ].filter((one) => one !== '')
  const what = taken.length === 0 ? 'nothing new' : taken.join(' and ')
  const lines = [
    `${dryRun ? 'Would take' : 'Took'} ${what} from ${count(files, 'file') || 'no file'}.`,
  ]
  if (replaced > 0)
    lines.push(
      `${count(replaced, 'passage')} of earlier versions ${replaced === 1 ? 'is' : 'are'} superseded.`,
    )
  if (retired > 0)
    lines.push(
      `${count(retired, 'passage')} whose text is gone ${retired === 1 ? 'is' : 'are'} retired.`,
    )
  if (known > 0) lines.push(`${known} ${known === 1 ? 'entry was' : 'entries were'} there already.`)
  if (leftOut > 0) lines.push(`Left out ${leftOut}:`, ...notes.map((note) => `- ${note}`))
  if (leftOut > notes.length) lines.push(`- and ${leftOut - notes.length} more`)
  if (dryRun) lines.push('Nothing was stored.')
  return lines.join('\n')
}

/** Says how far it is, while it is under way. Pure. */
export function describeProgress({ done, total, state }: Pick<Job, 'done' | 'total' | 'state'>) {
  const { passages, messages, blocks } = readState(state)
  const files = total === null ? count(done, 'file') : `${done} of ${count(total, 'file')}`
  return [files, count(passages, 'passage'), count(messages, 'message'), count(blocks, 'block')]
    .filter((one) => one !== '')
    .join(', ')
}

function count(number: number, noun: string): string {
  return number === 0 ? '' : `${number} ${noun}${number === 1 ? '' : 's'}`
}
