import { useEffect, useState } from 'preact/hooks'

export interface Filter {
  readonly query: string
  readonly tag: string
  readonly after: string
  readonly before: string
  readonly superseded: boolean
}

export const NO_FILTER: Filter = { query: '', tag: '', after: '', before: '', superseded: false }

/** After the last key; chosen by hand. */
const TYPING_MILLISECONDS = 250

interface SearchBarProps {
  readonly filter: Filter
  readonly onFilter: (filter: Filter) => void
}

export function SearchBar({ filter, onFilter }: SearchBarProps) {
  const [query, setQuery] = useState(filter.query)
  useEffect(() => {
    if (query === filter.query) return
    const timer = setTimeout(() => onFilter({ ...filter, query }), TYPING_MILLISECONDS)
    return () => clearTimeout(timer)
  }, [query, filter])
  const set = (changes: Partial<Filter>) => onFilter({ ...filter, query, ...changes })
  return (
    <div class="search-bar">
      <input
        type="search"
        class="search-query"
        aria-label="Search the archive"
        placeholder="Search the archive; empty: newest first"
        value={query}
        onInput={(event) => setQuery(event.currentTarget.value)}
      />
      <input
        aria-label="With the tag"
        placeholder="tag"
        value={filter.tag}
        onChange={(event) => set({ tag: event.currentTarget.value })}
      />
      <label class="inline">
        <input
          type="checkbox"
          checked={filter.superseded}
          onChange={(event) => set({ superseded: event.currentTarget.checked })}
        />
        include superseded ones
      </label>
      <span class="dates">
        <label class="inline">
          from
          <input
            type="date"
            value={filter.after}
            onChange={(event) => set({ after: event.currentTarget.value })}
          />
        </label>
        <label class="inline">
          to
          <input
            type="date"
            value={filter.before}
            onChange={(event) => set({ before: event.currentTarget.value })}
          />
        </label>
      </span>
    </div>
  )
}
