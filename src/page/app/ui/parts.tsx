import type { ButtonHTMLAttributes, ComponentChildren } from 'preact'
import { exactly, moment } from './format.ts'

/* The small parts of every view. */

export function Time({ at }: { readonly at: string }) {
  return (
    <time dateTime={at} title={exactly(at)}>
      {moment(at)}
    </time>
  )
}

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly tone?: 'main' | 'plain' | 'danger' | 'quiet'
  readonly children: ComponentChildren
}

export function Button({ tone = 'plain', class: extra, children, ...rest }: ButtonProps) {
  return (
    <button type="button" class={`button ${tone} ${extra ?? ''}`} {...rest}>
      {children}
    </button>
  )
}

/** An explanation in place of what is not there yet: what it is for, and how it comes. */
export function Empty({
  title,
  children,
}: {
  readonly title: string
  readonly children?: ComponentChildren
}) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children}
    </div>
  )
}

export function Problem({
  text,
  onRetry,
}: {
  readonly text: string
  readonly onRetry?: () => void
}) {
  return (
    <div class="problem" role="alert">
      <p>{text}</p>
      {onRetry && <Button onClick={onRetry}>Try again</Button>}
    </div>
  )
}

/** Says in words what is being waited for. */
export function Waiting({ children }: { readonly children: ComponentChildren }) {
  return (
    <p class="waiting" role="status">
      {children}
    </p>
  )
}

interface FieldProps {
  readonly label: string
  readonly hint?: ComponentChildren
  readonly id: string
  readonly children: ComponentChildren
}

/** A labelled control; the control inside has the same id. */
export function Field({ label, hint, id, children }: FieldProps) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children}
      {hint && <p class="hint">{hint}</p>}
    </div>
  )
}

export function Card({
  title,
  aside,
  children,
  class: extra = '',
}: {
  readonly title: ComponentChildren
  readonly aside?: ComponentChildren
  readonly children: ComponentChildren
  readonly class?: string
}) {
  return (
    <section class={`card ${extra}`}>
      <header class="card-head">
        <h2>{title}</h2>
        {aside && <div class="card-aside">{aside}</div>}
      </header>
      {children}
    </section>
  )
}

export function Chip({
  children,
  tone = '',
}: {
  readonly children: ComponentChildren
  readonly tone?: string
}) {
  return <span class={`chip ${tone}`}>{children}</span>
}
