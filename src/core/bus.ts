/** In-process event bus. An error of one listener is reported and does not reach the others. */
export interface Bus<T> {
  publish(event: T): void
  /** Returns the function that ends the subscription. */
  subscribe(listener: (event: T) => void): () => void
}

export function createBus<T>(onError: (error: unknown) => void): Bus<T> {
  const listeners = new Set<(event: T) => void>()
  return {
    publish(event) {
      for (const listener of [...listeners]) {
        try {
          listener(event)
        } catch (error) {
          onError(error)
        }
      }
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
