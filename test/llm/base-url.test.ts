import { describe, expect, it } from 'vitest'
import { readProviderSettings } from '../../src/llm/providers.ts'

const settingsOf = (variable: string, url: string) =>
  [...readProviderSettings({ [variable]: url }).values()].find(({ isConfigured }) => isConfigured)

describe('a pasted address is normalized to the base URL it means', () => {
  it.each([
    ['OPENAI_BASE_URL', 'http://host:1/v1/chat/completions', 'http://host:1/v1', undefined],
    ['OPENAI_BASE_URL', 'http://host:1/v1/responses/', 'http://host:1/v1', undefined],
    [
      'OPENAI_BASE_URL',
      'https://me.openai.azure.com',
      'https://me.openai.azure.com/openai/v1',
      undefined,
    ],
    [
      'OPENAI_BASE_URL',
      'https://me.openai.azure.com/openai/v1/',
      'https://me.openai.azure.com/openai/v1',
      undefined,
    ],
    [
      'OPENAI_BASE_URL',
      'https://me.services.ai.azure.com/models',
      'https://me.services.ai.azure.com/models',
      undefined,
    ],
    [
      'OPENAI_BASE_URL',
      'https://me.openai.azure.com/openai/deployments/x?api-version=2024-06-01',
      'https://me.openai.azure.com/openai/deployments/x',
      '2024-06-01',
    ],
    [
      'OPENAI_BASE_URL',
      'https://me.openai.azure.com/openai/deployments/x/chat/completions',
      'https://me.openai.azure.com/openai/deployments/x',
      '2024-10-21',
    ],
    [
      'GEMINI_BASE_URL',
      'https://generativelanguage.googleapis.com/v1beta',
      'https://generativelanguage.googleapis.com/v1beta/openai',
      undefined,
    ],
    ['OLLAMA_BASE_URL', 'http://host:11434/api/chat', 'http://host:11434/v1', undefined],
    ['OPENROUTER_BASE_URL', 'https://openrouter.ai/v1', 'https://openrouter.ai/api/v1', undefined],
  ])('%s=%s', (variable, url, baseUrl, apiVersion) => {
    expect(settingsOf(variable, url)).toMatchObject({ baseUrl })
    expect(settingsOf(variable, url)?.apiVersion).toBe(apiVersion)
  })

  it.each(['http://host/v1?key=sk-1', 'http://host/v1?api-version=1&key=sk-1'])(
    '%s is refused, and its content is not shown',
    (url) => {
      expect(() => settingsOf('OPENAI_BASE_URL', url)).toThrow(/is not a base URL/)
      expect(() => settingsOf('OPENAI_BASE_URL', url)).not.toThrow(/sk-1/)
    },
  )
})
