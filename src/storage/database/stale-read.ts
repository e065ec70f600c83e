/** A row read earlier in the transaction is gone. Retry: a new run sees the current state. */
export class StaleRead extends Error {}
