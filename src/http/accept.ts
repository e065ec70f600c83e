/*
 * Clients send whatever `Accept` header their library sets, if any. All can read JSON; a stream is sent only to those
 * that name `text/event-stream`.
 */

const STREAM = 'text/event-stream'

/** Whether the client names event streams. A client that accepts anything may still be unable to read one. */
export function namesStreams(accept: string | undefined): boolean {
  return rangesIn(accept).some((range) => range === STREAM || range === 'text/*')
}

/** Whether the client accepts event streams, by name or by a wildcard. */
export function takesStreams(accept: string | undefined): boolean {
  const ranges = rangesIn(accept)
  return ranges.length === 0 || ranges.includes('*/*') || namesStreams(accept)
}

/** Media ranges in the header, without those of quality 0. */
function rangesIn(accept = ''): readonly string[] {
  return accept.split(',').flatMap((entry) => {
    const [range = '', ...parameters] = entry.split(';').map((part) => part.trim().toLowerCase())
    const isExcluded = parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))
    return range === '' || isExcluded ? [] : [range]
  })
}
