/** What a server without users of its own keeps everything under. */
export const NAMESPACE = 'default'
