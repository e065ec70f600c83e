/* All chosen by hand, so that a hostile file costs memory and time within bounds. */

/** Bytes of a file that has to be read whole. Exports of conversations, CSV and JSON Lines are streamed, whatever their size. */
export const MAX_WHOLE_BYTES = 64_000_000
/** Bytes that a zip or docx may unpack to, and files in it. */
export const MAX_UNPACKED_BYTES = 2_000_000_000
export const MAX_DOCX_UNPACKED_BYTES = 100_000_000
export const MAX_ENTRIES = 50_000
/** Bytes of one line, row or conversation in a streamed file. */
export const MAX_RECORD_BYTES = 32_000_000
/** Passages and messages in one transaction, and their characters: together they are indexed within milliseconds. */
export const PASSAGES_AT_ONCE = 25
export const MESSAGES_AT_ONCE = 50
export const CHARACTERS_AT_ONCE = 16_000
