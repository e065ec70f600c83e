import { checkLength, LIMITS } from '../core/limits.ts'
import type { Metadata } from '../core/metadata.ts'

/** Throws a UserError if it is too large to keep. */
export function checkMetadata(metadata: Metadata): Metadata {
  checkLength('The metadata as JSON', JSON.stringify(metadata), LIMITS.metadata)
  return metadata
}
