import {
  IdentifierNode,
  type KyselyPlugin,
  OperationNodeTransformer,
  type QueryId,
  type SchemableIdentifierNode,
} from 'kysely'

/** Every table is also a type, and pgvector has a type named `vector`. */
const NAMES: Readonly<Record<string, string>> = { vector: 'entry_vector' }

class Renaming extends OperationNodeTransformer {
  protected override transformSchemableIdentifier(
    node: SchemableIdentifierNode,
    queryId?: QueryId,
  ): SchemableIdentifierNode {
    const { identifier, ...rest } = super.transformSchemableIdentifier(node, queryId)
    const name = NAMES[identifier.name]
    return { ...rest, identifier: name === undefined ? identifier : IdentifierNode.create(name) }
  }
}

/** Replaces table names in queries by their names in PostgreSQL. */
export function renamedTables(): KyselyPlugin {
  const renaming = new Renaming()
  return {
    transformQuery: ({ node, queryId }) => renaming.transformNode(node, queryId),
    transformResult: async ({ result }) => result,
  }
}
