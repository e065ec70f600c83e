import { useDesk } from '../desk/desk.ts'

export function Toasts() {
  const desk = useDesk()
  return (
    <div class="toasts" aria-live="polite">
      {desk.toasts.value.map(({ id, text, isProblem }) => (
        <p key={id} class={isProblem ? 'toast bad' : 'toast'}>
          {text}
        </p>
      ))}
    </div>
  )
}
