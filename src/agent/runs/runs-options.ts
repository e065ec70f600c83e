import type { Clock } from '../../core/clock.ts'
import type { RunId } from '../../core/ids.ts'
import type { ModelRegistry } from '../../llm/model.ts'
import type { Store } from '../../storage/port/store.ts'
import type { OnChange } from './wait-settled.ts'

export interface RunsOptions {
  readonly store: Store
  readonly models: Pick<ModelRegistry, 'checkSender' | 'resolve'>
  readonly clock: Clock
  /** Names this process as the one that acknowledges. */
  readonly owner: string
  /** There is something to do. */
  readonly wake: () => void
  /** Somebody is about to watch the run. */
  readonly expect: (id: RunId) => void
  readonly onChange: OnChange
}
