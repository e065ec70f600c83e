import type { ComponentChildren } from 'preact'

interface PreProps {
  /** Names the text for those who do not see it. */
  readonly label: string
  readonly class?: string
  readonly children: ComponentChildren
}

/** Text as it is, which scrolls when it is long, and therefore takes the focus. */
export function Pre({ label, class: extra, children }: PreProps) {
  return (
    <section aria-label={label}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre tabIndex={0} class={extra}>
        {children}
      </pre>
    </section>
  )
}
