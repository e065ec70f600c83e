import { z } from 'zod'
import type { Metadata } from '../../core/metadata.ts'

const Stored = z.record(z.string(), z.unknown())

/** The metadata of a row; absent if it is empty. */
export function storedMetadata(text: string): { readonly metadata?: Metadata } {
  return text === '{}' ? {} : { metadata: Stored.parse(JSON.parse(text)) }
}
