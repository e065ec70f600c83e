/** Memory of the interpreter, its modules and the code; it starts with 30 MB. Chosen by hand. */
export const MEMORY_BYTES = 96 * 2 ** 20
/** Size of all files that a call writes, which are kept outside of the interpreter's memory. Chosen by hand. */
export const FILE_BYTES = 16 * 2 ** 20
/** Files and folders that a call creates. Chosen by hand: each takes some hundred bytes of our memory. */
export const MAX_FILES = 1_000
/**
 * A call that grew the memory beyond this costs its thread: memory never shrinks, and all of it is put back each time.
 * Chosen by hand.
 */
export const KEPT_MEMORY_BYTES = 64 * 2 ** 20
