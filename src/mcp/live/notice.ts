/** Notification to a client: a resource was updated, or a list changed. */
export type Notice =
  | { readonly kind: 'updated'; readonly uri: string }
  | { readonly kind: 'list_changed' }

export type Tell = (notice: Notice) => void
