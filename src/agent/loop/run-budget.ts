export interface RunBudget {
  readonly tokens: number
  readonly seconds: number
  /** Limit for all runs of the namespace together; null: none. */
  readonly tokensPerDay: number | null
}
