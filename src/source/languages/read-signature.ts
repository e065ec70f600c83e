import { refuseDeepNesting } from '../nesting.ts'
import type { Signature, SourceLanguage } from '../signature.ts'

/**
 * Name, description and schema of the function in a source, without running any of it. `wanted`: its name, if it is not
 * the last one. Throws UserError that names the line and the parameter. Parsers are loaded with the first source.
 */
export async function readSignature(
  language: SourceLanguage,
  source: string,
  wanted?: string,
): Promise<Signature> {
  if (language === 'python') {
    const { pythonSignature } = await import('../python/signature.ts')
    return refuseDeepNesting(() => pythonSignature(source, wanted))
  }
  const { typescriptSignature } = await import('../typescript/signature.ts')
  return refuseDeepNesting(() => typescriptSignature(source, wanted))
}
