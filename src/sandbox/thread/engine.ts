import type { Program } from '../../source/program.ts'
import type { ThreadSetup } from './thread.ts'

/** The differences between the sandboxes of two languages. */
export interface Engine {
  /** Threads that may run at once. */
  readonly maxThreads: number
  /** Threads of the same setup share nothing. Throws UserError `unsupported` if the runtime is not installed. */
  prepare(): Promise<ThreadSetup>
  /** Throws UserError that names the line if the source can't be read. */
  program(source: string, entry: string | undefined): Promise<Program>
}
