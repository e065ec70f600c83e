export interface JsDoc {
  readonly description: string
  readonly params: ReadonlyMap<string, JsDocParam>
}

export interface JsDocParam {
  readonly description: string
  /** As written between braces; undefined: none. */
  readonly type: string | undefined
  /** Written `[name]`, or with a type such as `{number=}`. */
  readonly isOptional: boolean
}

const PARAM = /^@(?:param|arg|argument)\s+(?:\{(.*?)\}\s*)?(\[[^\]]*\]|[\w$.]+)\s*-?\s*([\s\S]*)$/

/** Parses the text of a comment, without its slashes. Pure. */
export function readJsDoc(comment: string): JsDoc {
  const lines = comment.split('\n').map((line) => line.replace(/^\s*\*+ ?/, '').trimEnd())
  const tags = lines.findIndex((line) => /^\s*@/.test(line))
  const plain = (tags < 0 ? lines : lines.slice(0, tags)).join('\n').trim()
  const blocks = tags < 0 ? [] : splitTags(lines.slice(tags))
  const described = blocks.find((block) => /^@description\b/.test(block))
  return {
    description: plain || (described?.replace(/^@description\s*/, '').trim() ?? ''),
    params: new Map(blocks.flatMap(paramOf)),
  }
}

function splitTags(lines: readonly string[]): readonly string[] {
  const blocks: string[] = []
  for (const line of lines) {
    if (/^\s*@/.test(line) || blocks.length === 0) blocks.push(line.trim())
    else blocks[blocks.length - 1] += `\n${line}`
  }
  return blocks
}

function paramOf(block: string): readonly (readonly [string, JsDocParam])[] {
  const found = PARAM.exec(block)
  if (!found) return []
  const [, type, written = '', text = ''] = found
  const isBracketed = written.startsWith('[')
  const name = isBracketed ? (written.slice(1, -1).split('=')[0]?.trim() ?? '') : written
  const description = text.replace(/\s+/g, ' ').trim()
  return [
    [
      name,
      {
        description,
        type: type?.replace(/=$/, ''),
        isOptional: isBracketed || type?.endsWith('=') === true,
      },
    ],
  ]
}
