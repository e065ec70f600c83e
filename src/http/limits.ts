/*
 * What no request needs and every transport refuses. Both are far above the largest request that makes sense, and far
 * below what would stop the process: what reads a message further on calls itself for each level.
 */

export const MOST_BYTES = 4 * 1024 * 1024
export const TOO_LARGE = 'The request is larger than 4 MiB.'

const MOST_LEVELS = 100
export const TOO_DEEP = `The request is nested deeper than ${MOST_LEVELS} levels.`

/** Whether JSON has more levels of lists and objects than allowed; of other text nothing is promised. */
export function isTooDeep(json: string): boolean {
  let level = 0
  for (let index = 0; index < json.length; index += 1) {
    const character = json[index]
    if (character === '"') index = endOfString(json, index)
    else if (character === '[' || character === '{') level += 1
    else if (character === ']' || character === '}') level -= 1
    if (level > MOST_LEVELS) return true
  }
  return false
}

/** Where the string that begins at `start` ends, or the text, if it does not. */
function endOfString(json: string, start: number): number {
  for (let end = json.indexOf('"', start + 1); end !== -1; end = json.indexOf('"', end + 1)) {
    let slashes = 0
    while (json[end - 1 - slashes] === '\\') slashes += 1
    if (slashes % 2 === 0) return end
  }
  return json.length
}
