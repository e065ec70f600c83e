import type { Storage, Store } from '../../../src/storage/port/store.ts'

/** The database that the test at hand has; it is empty at the start of each. */
export interface Subject {
  readonly storage: Storage
  /** Nobody reads while somebody writes, so what is seen then can't be asked. */
  readonly hasOneSession: boolean
  /** Its namespace `default`. */
  readonly store: Store
}
