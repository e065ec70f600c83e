/*
 * Limits for every transport, chosen by hand: far above any sensible request, and far below what would stop the
 * process, since later readers of a message recurse once per level.
 */

/** Chosen by hand. */
export const MAX_BODY_BYTES = 4 * 1024 * 1024
export const TOO_LARGE = 'The request is larger than 4 MiB.'

/** Chosen by hand. */
const MAX_LEVELS = 100
export const TOO_DEEP = `The request is nested deeper than ${MAX_LEVELS} levels.`

/** Whether JSON text nests lists and objects too deeply. The result for other text is undefined. Pure. */
export function isTooDeep(json: string): boolean {
  let level = 0
  for (let index = 0; index < json.length; index += 1) {
    const character = json[index]
    if (character === '"') index = endOfString(json, index)
    else if (character === '[' || character === '{') level += 1
    else if (character === ']' || character === '}') level -= 1
    if (level > MAX_LEVELS) return true
  }
  return false
}

/** Index of the closing quote of the string that starts at `start`, or the length of the text. */
function endOfString(json: string, start: number): number {
  for (let end = json.indexOf('"', start + 1); end !== -1; end = json.indexOf('"', end + 1)) {
    let slashes = 0
    while (json[end - 1 - slashes] === '\\') slashes += 1
    if (slashes % 2 === 0) return end
  }
  return json.length
}
