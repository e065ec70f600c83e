import type { Target } from './target.ts'

/* The next step for the person after a failure, in a sentence. */

/** Settings to check, by the words of the refusal. */
const SETTINGS: readonly (readonly [RegExp, string])[] = [
  [
    /tool[_ -]?choice/i,
    'It takes no tool_choice: make the agent a letta_v1_agent, which forces no tool, or choose another model.',
  ],
  [/temperature/i, 'Set temperature to -1 with configure_agent, which leaves it out.'],
  [
    /max_(?:completion_|output_)?tokens/i,
    'Set max_output_tokens with configure_agent, lower or to 0, which leaves it out.',
  ],
  [
    /reasoning|thinking|thought/i,
    'It wants its reasoning back in a form that is not known here: start a new agent for this model, or reset_messages, or choose another model.',
  ],
  [
    /\broles?\b|alternat/i,
    'Its chat template takes no tool calls in a conversation: choose another template in the engine, or another model.',
  ],
  [
    /data policy|privacy/i,
    'Allow providers that fit in the privacy settings of your account there, or choose another model.',
  ],
]

/** `words`: the refusal. */
export function settingHint(words: string, model: string): string {
  const [, hint] = SETTINGS.find(([named]) => named.test(words)) ?? []
  return (
    hint ??
    `Check that ${model} can do what is asked of it (tools, for one), or choose another model.`
  )
}

export function keyHint(status: number, { provider }: Target): string {
  const [variable] = provider.keyVariables
  return `Check ${variable}: the server answered ${status}, so the key is missing, wrong, or may not use this model.`
}

export function missingHint(target: Target): string {
  const { provider, model } = target
  if (provider.name === 'ollama') return `Run "ollama pull ${model}", or choose another model.`
  return `Check the model name "${model}" and ${provider.baseUrlVariable} (${target.baseUrl}).`
}

export function reachHint({ provider, baseUrl }: Target): string {
  return provider.needsKey
    ? `Check the network connection and ${provider.baseUrlVariable} (${baseUrl}).`
    : `Is ${provider.title} running? Start it, or set ${provider.baseUrlVariable} to where it listens.`
}
