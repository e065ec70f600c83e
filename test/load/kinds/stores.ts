import { json, lines, type Shape } from './shape.ts'

const note = (front: string, body: string) =>
  `---\ntitle: ${front}\npermalink: n/${front.length}\n---\n\n${body}`
const memory = (memory: string, more: object = {}) => ({ id: memory.length, memory, ...more })

/** Memories of other servers: the memory server, mem0, basic-memory. */
export const STORES: Readonly<Record<string, readonly Shape[]>> = {
  'other stores': [
    [
      'server.jsonl',
      lines(
        { type: 'entity', name: 'Ada', entityType: 'person', observations: ['likes tea', 'sails'] },
        { type: 'relation', from: 'Ada', to: 'Bari', relationType: 'lives_in' },
      ),
      [/Ada: likes tea/, /Ada: sails/, /Ada lives in Bari/],
    ],
    [
      'no-observations.jsonl',
      lines({ type: 'entity', name: 'Split', entityType: 'port', observations: [] }),
      [/Split: port/],
    ],
    [
      'other-script.jsonl',
      lines({ type: 'entity', name: '東京', entityType: '都市', observations: ['首都です'] }),
      [/東京: 首都です/],
    ],
    [
      'graph.json',
      json({
        entities: [{ name: 'Tom', entityType: 'person', observations: ['rows'] }],
        relations: [{ from: 'Tom', to: 'Mia', relationType: 'knows' }],
      }),
      [/Tom: rows/, /Tom knows Mia/],
    ],
    [
      'mem0.json',
      json({
        results: [memory('Prefers window seats')],
        relations: [{ source: 'ada', relationship: 'flies_with', target: 'klm' }],
      }),
      [/Prefers window seats/, /ada flies with klm/],
    ],
    [
      'mem0-list.json',
      json([memory('Is allergic to nuts', { user_id: 'ada' }), memory('Wears size 38')]),
      [/allergic to nuts/, /size 38/],
    ],
    ['mem0-memories.json', json({ memories: [memory('Spricht Dänisch')] }), [/Spricht Dänisch/]],
    [
      'basic.md',
      note('Coffee', '# Coffee\n\n- [method] Pour over #brewing (tested)\n- pairs_with [[Cake]]'),
      [/Coffee: Pour over \(tested\)/, /Coffee pairs_with Cake/],
    ],
    [
      'basic-tasks.md',
      note('Chores', '- [ ] sweep\n- [x] dust\n- [rule] Shoes off'),
      [/\[ \] sweep[\s\S]*\[x\] dust/, /Chores: Shoes off/],
    ],
    ['letta.json', json({ agents: [{ name: 'x' }], blocks: [] }), /agent file.*import_agent/],
  ],
}
