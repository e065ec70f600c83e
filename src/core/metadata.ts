/** JSON that a client keeps with a thing and reads back unchanged; nothing here looks at it. */
export type Metadata = Readonly<Record<string, unknown>>
