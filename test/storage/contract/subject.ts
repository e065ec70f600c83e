import type { Storage, Store } from '../../../src/storage/store.ts'

/** The database that the test at hand has; it is empty at the start of each. */
export interface Subject {
  readonly storage: Storage
  /** Its namespace `default`. */
  readonly store: Store
}
