import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LocalModel } from '../embedding/local-handle.ts'

/*
 * A folder holds each model as the hub has it, at owner/name, so that files may also be put there by hand.
 */

export const CONFIG = 'config.json'
export const TOKENIZER = 'tokenizer.json'
export const TOKENIZER_CONFIG = 'tokenizer_config.json'
export const POOLING = '1_Pooling/config.json'

/** Weights by preference: quantized to int8 they are a quarter as large, and about as good. */
export const WEIGHTS = [
  { file: 'onnx/model_quantized.onnx', dtype: 'q8' },
  { file: 'onnx/model.onnx', dtype: 'fp32' },
] as const

export type Dtype = (typeof WEIGHTS)[number]['dtype']

export function folderOf(models: string, { repository }: LocalModel): string {
  return join(models, ...repository.split('/'))
}

/** The weights that are there; undefined: the model can't be loaded, since a file is missing. */
export function fetchedWeights(models: string, model: LocalModel): Dtype | undefined {
  const folder = folderOf(models, model)
  const has = (file: string) => existsSync(join(folder, file))
  if (![CONFIG, TOKENIZER, TOKENIZER_CONFIG].every(has)) return undefined
  return WEIGHTS.find(({ file }) => has(file))?.dtype
}

/** A JSON file of a model; undefined: it has none, or it can't be read. */
export function readModelFile(models: string, model: LocalModel, file: string): unknown {
  try {
    return JSON.parse(readFileSync(join(folderOf(models, model), file), 'utf8'))
  } catch {
    return undefined
  }
}
