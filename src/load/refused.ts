/** A file, or a part of one, that is not taken. The message is a sentence for people, which begins with "It". */
export class Refused extends Error {}
