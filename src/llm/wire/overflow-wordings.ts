import type { ErrorDetail } from './error-body.ts'

/** Phrases that say that a request exceeds the model's context window; there is no common error code. */
const OVERFLOW_WORDINGS: readonly RegExp[] = [
  /context_length_exceeded/i, // OpenAI and many after it
  /exceed_context_size/i, // llama.cpp
  /maximum context length/i, // OpenAI, vLLM up to 0.15, OpenRouter, Mistral
  /exceeds? the (?:model'?s )?(?:maximum )?context (?:window|length|size)/i, // OpenAI
  /context (?:window|length|size) (?:is )?(?:exceeded|exceeds)/i, // MiniMax
  /(?:exceeds?|exceeded|larger than|greater than) the (?:available )?context (?:size|length|window)/i, // llama.cpp, LM Studio
  /prompt is too long/i, // Anthropic
  /model'?s context length is only/i, // vLLM from 0.16
  /input token count.*exceeds the maximum/i, // Google
  /maximum prompt length is/i, // xAI
  /reduce the length of the (?:messages|prompt|input)/i, // Groq, OpenAI
  /exceeded model token limit/i, // Moonshot
  /too large for model with \d+ maximum context length/i, // Mistral
  /input is too long for requested model/i, // Bedrock
  /prompt token count.*exceeds the limit of \d+/i, // GitHub Copilot
  /exceed context limit/i, // Anthropic, with max_tokens
  /input length exceeds/i, // Ollama
]

export function saysOverflow(detail: ErrorDetail): boolean {
  return OVERFLOW_WORDINGS.some((wording) =>
    [detail.message, detail.code, detail.type].some((text) => wording.test(text)),
  )
}
