import { resolve } from 'node:path'
import { salvageData } from '../../app/data.ts'
import { tell } from '../terminal/tell.ts'

const count = (number: number) => number.toLocaleString('en')

/** Copies what is readable of a damaged file, and reports what is not. */
export async function salvage(damaged: string, target: string): Promise<void> {
  const { tables, adopted, mended } = await salvageData(resolve(damaged), resolve(target))
  for (const { name, rows, lost } of tables) {
    if (rows === 0 && lost === 0) continue
    const missing =
      lost === null
        ? "; the rest of the table can't be read"
        : lost > 0
          ? `; at ${count(lost)} numbers nothing can be read, if there was a row`
          : ''
    tell(`${name.padEnd(16)} ${count(rows)} ${rows === 1 ? 'row' : 'rows'} copied${missing}`)
  }
  const tellOf = (numbers: ReadonlyMap<string, number>, what: string) => {
    for (const [table, number] of numbers) tell(`${table.padEnd(16)} ${count(number)} ${what}`)
  }
  tellOf(mended, 'rows mended, of which a part was overwritten')
  tellOf(adopted.standIns, 'rows made to stand in for lost ones that others belong to')
  tellOf(adopted.removed, 'rows left out, because what they belong to is lost')
  process.stderr.write(
    `${resolve(target)} holds all that could be read of ${resolve(damaged)}, which is as it was. ` +
      `To go on with it, stop the servers and run recollect restore ${asArgument(target)}.\n`,
  )
}

/** The line can be pasted into a shell, also with a space in the name. */
function asArgument(path: string): string {
  return /\s/.test(path) ? `"${path}"` : path
}
