import {
  type Codes,
  type CodesKind,
  createBinaryCodes,
  createInt8Codes,
  meanOf,
} from '../../vector/vector-index.ts'
import type { CodeBatch, StampedVector, VectorReads } from './vector-reads.ts'

/** Source of the codes of an in-memory index. */
export interface CodeSource {
  readonly codes: Codes
  /** Codes stored after `stamp`, oldest first; one bounded batch. */
  after(stamp: number): Promise<CodeBatch>
  of(rows: readonly number[]): Promise<CodeBatch>
}

/** Vectors sampled for a centroid. Chosen by hand. */
const MEAN_OF = 1_000

export async function openCodeSource(
  kind: CodesKind,
  setRow: number,
  dimension: number,
  reads: VectorReads,
): Promise<CodeSource> {
  if (kind === 'int8') return keptCodes(createInt8Codes(dimension), setRow, reads)
  const centroid = await reads.centroid(setRow)
  if (centroid) return keptCodes(createBinaryCodes(centroid), setRow, reads)
  const sample = await reads.sample(setRow, MEAN_OF)
  const mean = sample.length > 0 ? meanOf(sample) : new Float32Array(dimension)
  return codesOfVectors(createBinaryCodes(mean), setRow, reads)
}

function keptCodes(codes: Codes, setRow: number, reads: VectorReads): CodeSource {
  return {
    codes,
    after: async (stamp) => reads.codesAfter(codes.kind, setRow, stamp),
    of: async (rows) => reads.codesOf(codes.kind, setRow, rows),
  }
}

/** Codes computed from vectors, for small sets, which store none. */
function codesOfVectors(codes: Codes, setRow: number, reads: VectorReads): CodeSource {
  const encode = (vectors: readonly StampedVector[]): CodeBatch => ({
    rows: vectors.map(({ row }) => row),
    stamps: vectors.map(({ stamp }) => stamp),
    codes: Buffer.concat(vectors.map(({ vector }) => codes.encode(vector))),
  })
  return {
    codes,
    after: async (stamp) => encode(await reads.vectorsAfter(setRow, stamp)),
    of: async (rows) => encode(await reads.vectorsOf(setRow, rows)),
  }
}
