const OPEN = '<think>'
const CLOSE = '</think>'

/**
 * Takes the thinking out of what a model wrote: every closed pair of tags, one left open at the beginning, and what
 * precedes a lone closing tag at the start of a line, which comes from templates that open the tag in the prompt.
 */
export function splitThinking(content: string): {
  readonly text: string
  readonly reasoning: string
} {
  const thoughts: string[] = []
  const kept: string[] = []
  let rest = content
  const lone = /(?:^|\n)<\/think>/.exec(content)
  if (lone && !content.slice(0, lone.index).includes(OPEN)) {
    thoughts.push(content.slice(0, lone.index))
    rest = content.slice(lone.index + lone[0].length)
  }
  for (;;) {
    const start = rest.indexOf(OPEN)
    if (start < 0) break
    const end = rest.indexOf(CLOSE, start)
    if (end < 0 && [...kept, rest.slice(0, start)].join('').trim() !== '') break
    thoughts.push(rest.slice(start + OPEN.length, end < 0 ? undefined : end))
    kept.push(rest.slice(0, start))
    rest = end < 0 ? '' : rest.slice(end + CLOSE.length)
  }
  if (thoughts.length === 0) return { text: content, reasoning: '' }
  return {
    text: (kept.join('') + rest).trim(),
    reasoning: thoughts
      .map((thought) => thought.trim())
      .filter((thought) => thought !== '')
      .join('\n'),
  }
}
