import { describe, expect, it } from 'vitest'
import { readOverflow } from '../../src/llm/wire/read-overflow.ts'

type Case = readonly [
  server: string,
  words: string,
  windowTokens: number,
  requestTokens: number | undefined,
]

const WORDINGS: readonly Case[] = [
  [
    'OpenAI of before',
    "This model's maximum context length is 4097 tokens. However, you requested 5500 tokens (5000 in the messages, 500 in the completion).",
    4_097,
    5_000,
  ],
  [
    'OpenAI',
    "This model's maximum context length is 128000 tokens. However, your messages resulted in 130512 tokens.",
    128_000,
    130_512,
  ],
  [
    'OpenAI, newest',
    'Input tokens exceed the configured limit of 272000 tokens. Your messages resulted in 300000 tokens.',
    272_000,
    300_000,
  ],
  ['Anthropic', 'prompt is too long: 210000 tokens > 200000 maximum', 200_000, 210_000],
  [
    'Anthropic with its output',
    'input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000, decrease input length',
    200_000,
    190_000,
  ],
  [
    'vLLM up to 0.15',
    "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens (4500 in the messages, 500 in the completion). Please reduce the length of the messages or completion.",
    4_096,
    4_500,
  ],
  [
    'vLLM from 0.16',
    "You passed 5000 input tokens and requested 100 output tokens. However, the model's context length is only 4096 tokens",
    4_096,
    5_000,
  ],
  [
    'llama.cpp in words',
    'request (5000 tokens) exceeds the available context size (4096 tokens), try increasing it',
    4_096,
    5_000,
  ],
  [
    'llama.cpp in fields',
    '{"type":"exceed_context_size_error","n_prompt_tokens":5000,"n_ctx":4096}',
    4_096,
    5_000,
  ],
  [
    'Google',
    'The input token count (2000000) exceeds the maximum number of tokens allowed (1048576).',
    1_048_576,
    2_000_000,
  ],
  [
    'xAI',
    "This model's maximum prompt length is 131072 but the request contains 537812 tokens.",
    131_072,
    537_812,
  ],
  [
    'OpenRouter',
    "This endpoint's maximum context length is 8192 tokens. However, you requested about 9000 tokens.",
    8_192,
    9_000,
  ],
  [
    'LM Studio',
    'Trying to keep the first 5000 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens',
    4_096,
    undefined,
  ],
  ['Moonshot', 'Your request exceeded model token limit: 262144', 262_144, undefined],
  [
    'Mistral',
    'Prompt contains 40000 tokens, too large for model with 32768 maximum context length',
    32_768,
    40_000,
  ],
  ['GitHub Copilot', 'prompt token count of 70000 exceeds the limit of 64000', 64_000, 70_000],
  ['somebody who groups digits', 'maximum context length is 131,072 tokens', 131_072, undefined],
]

describe('the sizes in a refusal', () => {
  it.each(WORDINGS)('are read as %s says them', (_, words, windowTokens, requestTokens) => {
    const expected = {
      windowTokens,
      ...(requestTokens !== undefined && { requestTokens }),
    }
    expect(readOverflow(words)).toEqual(expected)
    expect(readOverflow(`Somebody answered 400: ${words.toUpperCase()}.`)).toEqual(expected)
  })

  it.each([
    'Too long.',
    'Your input exceeds the context window of this model.',
    'Please reduce the length of the messages or completion.',
    'invalid params, context window exceeds limit',
    'Input is too long for requested model.',
    'the input length exceeds the context length',
    'the request exceeds the available context size, try increasing it',
    'Cerebras answered 413.',
    // No window is that small: whatever the number means, it is not tokens.
    'maximum context length is 10',
    '',
  ])('are not found in "%s"', (words) => {
    expect(readOverflow(words)).toEqual({})
  })
})
