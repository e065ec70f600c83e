import { useState } from 'preact/hooks'
import { Button, Field } from '../ui/parts.tsx'

interface SignInProps {
  readonly reason: string
  readonly onToken: (token: string) => void
}

/** No form element: the policy of the page allows no form to be sent. */
export function SignIn({ reason, onToken }: SignInProps) {
  const [token, setToken] = useState('')
  const submit = () => {
    if (token.trim() !== '') onToken(token.trim())
  }
  return (
    <main class="centred">
      <div class="sign-in">
        <h1>Recollect</h1>
        <p role="status">{reason}</p>
        <Field
          id="token"
          label="Token"
          hint="It stays in this tab and is gone when you close it. It never stands in the address."
        >
          <input
            id="token"
            type="password"
            autocomplete="off"
            spellcheck={false}
            value={token}
            onInput={(event) => setToken(event.currentTarget.value)}
            onKeyDown={(event) => event.key === 'Enter' && submit()}
          />
        </Field>
        <Button tone="main" onClick={submit} disabled={token.trim() === ''}>
          Sign in
        </Button>
        <p class="hint">
          On the server's machine <code>recollect open</code> opens this page signed in, and{' '}
          <code>recollect token create</code> makes a token.
        </p>
      </div>
    </main>
  )
}
