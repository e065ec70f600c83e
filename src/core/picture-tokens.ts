import type { Picture } from './picture.ts'

type Size = Pick<Picture, 'width' | 'height'>
type Rule = (size: Size) => number

/**
 * Estimated tokens of a picture in the context of a model (`provider/model`; null: unknown), by the rule that its
 * provider documents. Others count as OpenAI's tiles do, which is the highest of the usual rules. Pure.
 */
export function pictureTokens(size: Size, model: string | null): number {
  const handle = model ?? ''
  const rule = RULES.find(({ models }) => models.test(handle))?.tokens ?? openaiTiles
  return Math.ceil(rule(size))
}

const RULES: readonly { readonly models: RegExp; readonly tokens: Rule }[] = [
  { models: /(^|\/)(anthropic\/|claude)/, tokens: anthropic },
  { models: /(^|\/)(google\/|gemini)/, tokens: gemini },
  {
    models: /(^|\/)(gpt-4\.1-(mini|nano)|o4-mini|gpt-5(\.\d+)?-(mini|nano))/,
    tokens: openaiPatches,
  },
]

/** Longest side and area that Anthropic keeps, and its divisor: its page "Vision", "Evaluate image size". */
const ANTHROPIC = { side: 1_568, pixels: 1_150_000, pixelsPerToken: 750 }

function anthropic(size: Size): number {
  const { width, height } = shrink(size, ANTHROPIC.side)
  return Math.min(width * height, ANTHROPIC.pixels) / ANTHROPIC.pixelsPerToken
}

/** Google's page "Understand and count tokens": 258 for a small picture, else for each tile of 768 pixels. */
const GEMINI = { small: 384, tile: 768, tokens: 258 }

function gemini({ width, height }: Size): number {
  if (width <= GEMINI.small && height <= GEMINI.small) return GEMINI.tokens
  return Math.ceil(width / GEMINI.tile) * Math.ceil(height / GEMINI.tile) * GEMINI.tokens
}

/**
 * OpenAI's page "Images and vision", "Calculating costs", high detail: fits 2048 × 2048, then the short side is 768;
 * 85 tokens and 170 for each tile of 512.
 */
const TILES = { side: 2_048, shortSide: 768, tile: 512, base: 85, tokens: 170 }

function openaiTiles(size: Size): number {
  const fitted = shrink(size, TILES.side)
  const factor = Math.min(1, TILES.shortSide / Math.min(fitted.width, fitted.height))
  const across = Math.ceil((fitted.width * factor) / TILES.tile)
  const down = Math.ceil((fitted.height * factor) / TILES.tile)
  return TILES.base + across * down * TILES.tokens
}

/** The same page: patches of 32 pixels, at most 1536, times the factor of the costliest of these models. */
const PATCHES = { patch: 32, most: 1_536, factor: 2.46 }

function openaiPatches({ width, height }: Size): number {
  const patches = Math.ceil(width / PATCHES.patch) * Math.ceil(height / PATCHES.patch)
  return Math.min(patches, PATCHES.most) * PATCHES.factor
}

function shrink({ width, height }: Size, side: number): Size {
  const factor = Math.min(1, side / Math.max(width, height))
  return { width: width * factor, height: height * factor }
}
