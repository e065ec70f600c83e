declare const RECOLLECT_VERSION: string | undefined

/** The version in package.json, put in by the build; run from source there is none. */
export const VERSION: string =
  typeof RECOLLECT_VERSION === 'string' ? RECOLLECT_VERSION : '0.0.0-source'
