/** In US dollars per million tokens, as the provider tells it. */
export interface ModelPrice {
  readonly input: number
  readonly output: number
  /** For input that is read from its cache. */
  readonly cachedInput?: number
}

/** The models of a configured or detected provider. */
export interface ProviderOffer {
  readonly provider: string
  /** Null: the provider did not answer, or lists nothing. */
  readonly models: readonly string[] | null
  /** By model, for those that the provider prices. */
  readonly prices?: ReadonlyMap<string, ModelPrice>
}
