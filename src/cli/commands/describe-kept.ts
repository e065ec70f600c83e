import type { openDataFiles } from '../../app/data.ts'

type Kept = ReturnType<Awaited<ReturnType<typeof openDataFiles>>['kept']>[number]

const WHY: Readonly<Record<Kept['why'], string>> = {
  migration: 'the data before an update',
  restore: 'what a restore replaced',
  aside: 'a -wal that did not fit',
  unfinished: 'a restore that was not finished',
}
const DAY_MILLISECONDS = 86_400_000

export function describeKept({ path, why, bytes, at }: Kept): string {
  const days = Math.floor((Date.now() - Number(at)) / DAY_MILLISECONDS)
  const age = days === 0 ? 'today' : days === 1 ? '1 day old' : `${days} days old`
  return `${path}: ${WHY[why]}, ${(bytes / 1e6).toFixed(1)} MB, ${age}`
}
