/** Chat completions of a provider that speaks OpenAI's format, such as OpenAI itself or Ollama. */
export interface Chat {
  ask(model: string, prompt: string): Promise<string>
  /** Tokens so far, by model, as the provider counts them. */
  readonly spent: ReadonlyMap<string, Spent>
}

export interface Spent {
  readonly calls: number
  readonly input: number
  readonly output: number
}

interface Endpoint {
  /** Ends in /v1. */
  readonly baseUrl: string
  readonly key: string
  readonly seed: number
}

interface Completion {
  readonly choices: readonly { readonly message: { readonly content: string | null } }[]
  readonly usage?: { readonly prompt_tokens: number; readonly completion_tokens: number }
}

export function openChat({ baseUrl, key, seed }: Endpoint): Chat {
  const spent = new Map<string, Spent>()
  return {
    spent,
    async ask(model, prompt) {
      const response = await fetch(`${baseUrl}/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
        body: JSON.stringify({ model, seed, messages: [{ role: 'user', content: prompt }] }),
      }).catch((error: unknown) => {
        throw new Error(`${model} can't be reached at ${baseUrl}. Is it running?`, { cause: error })
      })
      const text = await response.text()
      if (!response.ok) throw new Error(`${model} answered ${response.status}: ${text}`)
      const { choices, usage } = JSON.parse(text) as Completion
      const before = spent.get(model) ?? { calls: 0, input: 0, output: 0 }
      spent.set(model, {
        calls: before.calls + 1,
        input: before.input + (usage?.prompt_tokens ?? 0),
        output: before.output + (usage?.completion_tokens ?? 0),
      })
      return choices[0]?.message.content ?? ''
    },
  }
}
