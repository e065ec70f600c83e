/** What a transaction read is not there any more. Run again, it reads what is. */
export class StaleRead extends Error {}
