import type { Timestamp } from '../../core/clock.ts'
import type { AgentId } from '../../core/ids.ts'
import type { TokenUsage } from '../../core/run.ts'
import type { Purpose } from '../../core/token-use.ts'

/* The part of the port `store.ts` for what models cost. */

export type PurposeTokens = Readonly<Partial<Record<Purpose, number>>>

export interface TokenUseReads {
  /** Tokens by purpose, in all or on one day (2026-03-31). */
  totals(day?: string): Promise<PurposeTokens>
}

export interface TokenUseWrites {
  add(purpose: Purpose, agentId: AgentId, usage: TokenUsage, at: Timestamp): Promise<void>
}
