/** A model of a hub that can run on this machine. */
export interface LocalModel {
  /** `owner/name`, as the hub and the folder of models have it. */
  readonly repository: string
  /** For people; empty: nothing is known of it. */
  readonly about: string
}

export const LOCAL_PREFIX = 'local/'

/** Short names, so that a handle can be typed. Sizes are rounded. */
export const LOCAL_MODELS: Readonly<Record<string, LocalModel>> = {
  'all-minilm-l6-v2': {
    repository: 'Xenova/all-MiniLM-L6-v2',
    about: 'English, small and fast, 384 dimensions, about 25 MB',
  },
  'bge-small-en-v1.5': {
    repository: 'Xenova/bge-small-en-v1.5',
    about: 'English, 384 dimensions, about 35 MB',
  },
  'multilingual-e5-small': {
    repository: 'Xenova/multilingual-e5-small',
    about: 'about 100 languages, 384 dimensions, about 135 MB',
  },
}

/** Neither begins with a dot, so that a name never leads out of the folder of models. */
const REPOSITORY = /^[A-Za-z0-9_-][\w.-]{0,95}\/[A-Za-z0-9_-][\w.-]{0,95}$/

/** By a short name, or as `owner/name`; undefined: it is neither. Pure. */
export function findLocalModel(name: string): LocalModel | undefined {
  const known = LOCAL_MODELS[name.toLowerCase()]
  if (known) return known
  return REPOSITORY.test(name) ? { repository: name, about: '' } : undefined
}
