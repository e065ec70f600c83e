/** A file that is not taken. The message is a sentence for people, which begins with "It". */
export class Unreadable extends Error {}
