/** A page of a list that is walked by the ids of its items, as Letta's clients do. */
export interface Walk {
  readonly order: 'asc' | 'desc'
  /** The page begins behind the item with this id; if there is none, the page is empty. */
  readonly after?: string | undefined
  /** The page ends in front of the item with this id. Without `after`, it holds the items nearest to it. */
  readonly before?: string | undefined
  readonly limit: number
}

export interface AgentWalk extends Walk {
  readonly name?: string | undefined
  /** Case-insensitive substring of the name or description. */
  readonly query?: string | undefined
  readonly tags?: readonly string[] | undefined
  /** Whether an agent must have all of the tags, or one of them. */
  readonly matchAllTags?: boolean | undefined
}

export interface BlockWalk extends Walk {
  readonly label?: string | undefined
  /** Case-insensitive substrings. */
  readonly labelPart?: string | undefined
  readonly descriptionPart?: string | undefined
  readonly valuePart?: string | undefined
}
