export interface RunBudget {
  readonly tokens: number
  readonly seconds: number
}
