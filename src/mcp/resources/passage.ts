import { labelStored } from '../present/label-stored.ts'
import { presentPassage } from '../present/present.ts'
import type { Resource } from './define-resource.ts'

export const passage: Resource = {
  uri: 'recollect://passages/{passage_id}',
  name: 'passage',
  title: 'Archival passage',
  description: 'One passage of archival memory',
  mimeType: 'application/json',
  async read({ passage_id = '' }, context) {
    const item = await context.archival.get(passage_id)
    return JSON.stringify(labelStored({ passages: [presentPassage({ item })] }))
  },
}
