import type { Clock } from '../../core/clock.ts'
import type { RunId } from '../../core/ids.ts'
import type { Run } from '../../core/run.ts'
import type { ModelRegistry } from '../../llm/model.ts'
import type { Store } from '../../storage/port/store.ts'
import type { FetchPicture } from '../inbox/take-pictures.ts'
import type { ToolRegistry } from '../tools/tool-registry.ts'
import type { OnChange } from './wait-settled.ts'

export interface RunsOptions {
  readonly store: Store
  readonly registry: ToolRegistry
  readonly models: Pick<ModelRegistry, 'checkSender' | 'resolve' | 'resolveFor'>
  readonly fetchPicture: FetchPicture
  readonly clock: Clock
  /** Name of this process, which acknowledges messages. */
  readonly owner: string
  /** There is work to do. */
  /** With a run: it was accepted just now. */
  readonly wake: (run?: Run) => void
  /** A watcher is about to subscribe to the run. */
  readonly expect: (id: RunId) => void
  readonly onChange: OnChange
}
