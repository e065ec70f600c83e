import type { Block } from '../../core/block.ts'

/** A block as Letta's clients read it. */
export function presentBlock(block: Block) {
  return {
    id: block.id,
    label: block.label,
    value: block.value,
    description: block.description || null,
    limit: block.limit,
    read_only: block.readOnly,
    metadata: block.metadata ?? {},
    name: null,
    template_name: null,
    is_template: false,
    hidden: false,
    tags: [],
    created_at: block.createdAt,
    updated_at: block.updatedAt,
  }
}
