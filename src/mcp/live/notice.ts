/** What a client is told: that a resource is not what it was, or that others are listed now. */
export type Notice =
  | { readonly kind: 'updated'; readonly uri: string }
  | { readonly kind: 'list_changed' }

export type Tell = (notice: Notice) => void
