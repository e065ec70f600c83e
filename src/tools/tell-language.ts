/**
 * The language of a source whose author did not name it. A function of Python begins with `def`; nothing in TypeScript
 * does.
 */
export function tellLanguage(source: string): 'python' | 'typescript' {
  return /^[ \t]*(async[ \t]+)?def[ \t]+\w+[ \t]*[([]/m.test(source) ? 'python' : 'typescript'
}
