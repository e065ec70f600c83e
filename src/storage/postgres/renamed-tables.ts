import {
  IdentifierNode,
  type KyselyPlugin,
  OperationNodeTransformer,
  type QueryId,
  type SchemableIdentifierNode,
} from 'kysely'

/** Every table is a type too, and pgvector has one of this name. */
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

/** Gives tables the names that they have in PostgreSQL, wherever a query names them. */
export function renamedTables(): KyselyPlugin {
  const renaming = new Renaming()
  return {
    transformQuery: ({ node, queryId }) => renaming.transformNode(node, queryId),
    transformResult: async ({ result }) => result,
  }
}
