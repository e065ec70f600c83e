declare const RECOLLECT_VERSION: string | undefined

/** Version from package.json, inserted by the build; a placeholder when run from source. */
export const VERSION: string =
  typeof RECOLLECT_VERSION === 'string' ? RECOLLECT_VERSION : '0.0.0-source'
