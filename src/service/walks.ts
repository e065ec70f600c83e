import type { ConversationId } from '../core/ids.ts'
import type { Walk } from '../core/walk.ts'

/* Part of the port in `context.ts`: filters of lists that are walked by the ids of their items. */

export interface ArchiveWalk extends Walk {
  readonly name?: string | undefined
  readonly agent?: string | undefined
}

export interface PassageWalk extends Walk {
  readonly of: { readonly agent: string } | { readonly archiveId: string }
}

export interface MessageWalk extends Walk {
  /** Absent: the messages of all agents. */
  readonly agent?: string | undefined
  /** One conversation; absent, with `agent`: its default one. */
  readonly conversation?: ConversationId | undefined
}

export interface ConversationWalk extends Walk {
  readonly agent?: string | undefined
}

export interface RunWalk extends Walk {
  readonly agent?: string | undefined
  /** Only runs that have not ended. */
  readonly isOpen?: boolean | undefined
}

export interface StepWalk extends Walk {
  readonly agent?: string | undefined
  readonly runId?: string | undefined
}

/** A block as a client changes it; what is absent stays. */
export interface BlockChanges {
  readonly value?: string | undefined
  readonly description?: string | undefined
  readonly limit?: number | undefined
  readonly readOnly?: boolean | undefined
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
}
