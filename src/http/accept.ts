/*
 * Clients write into `Accept` what their library puts there, if anything. All of them can read JSON; a stream is sent
 * to those that name it.
 */

const STREAM = 'text/event-stream'

/** Whether a client names streams among what it takes. One that takes anything may still be unable to read one. */
export function namesStreams(accept: string | undefined): boolean {
  return rangesIn(accept).some((range) => range === STREAM || range === 'text/*')
}

/** Whether a client takes streams, named or not. */
export function takesStreams(accept: string | undefined): boolean {
  const ranges = rangesIn(accept)
  return ranges.length === 0 || ranges.includes('*/*') || namesStreams(accept)
}

/** The media ranges of the header, without those that it excludes. */
function rangesIn(accept = ''): readonly string[] {
  return accept.split(',').flatMap((entry) => {
    const [range = '', ...parameters] = entry.split(';').map((part) => part.trim().toLowerCase())
    const isExcluded = parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))
    return range === '' || isExcluded ? [] : [range]
  })
}
