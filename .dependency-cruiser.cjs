// Which folder may import which (style: arrows point one way), and which folder owns which package.

/** The folders of ours that a layer may import besides itself. All others are refused. */
const mayImport = {
  'src/core': [],
  'src/generated': [],
  'src/search': ['src/core'],
  'src/fetch': ['src/core'],
  'src/leases': ['src/core'],
  'src/jobs': ['src/core', 'src/leases', 'src/memory', 'src/service', 'src/storage/port'],
  'src/source': ['src/core'],
  'src/sandbox': ['src/core', 'src/source'],
  'src/vector': ['src/core', 'src/generated/vector-kernel.ts'],
  'src/storage': ['src/core', 'src/search', 'src/vector', 'src/generated/search-worker.ts'],
  'src/storage/port': ['src/core'],
  'src/llm': ['src/core', 'src/generated/prompts.ts'],
  'src/memory': [
    'src/core',
    'src/search',
    'src/storage/port',
    'src/llm/model.ts',
    'src/llm/embedder.ts',
  ],
  'src/agent': [
    'src/core',
    'src/leases',
    'src/memory',
    'src/storage/port',
    'src/llm/model.ts',
    'src/generated/prompts.ts',
  ],
  'src/transfer': ['src/core', 'src/memory', 'src/storage/port'],
  'src/assistant': ['src/core', 'src/storage/port', 'src/generated/prompts.ts'],
  'src/auth': ['src/core', 'src/storage/port'],
  'src/service': ['src/core'],
  'src/http': ['src/core', 'src/service'],
  'src/mcp': [
    'src/core',
    'src/service',
    'src/http',
    'src/generated/prompts.ts',
    'src/generated/tool-list.ts',
  ],
  'src/config.ts': [
    'src/core',
    'src/auth/oauth-settings.ts',
    'src/llm/providers.ts',
    'src/llm/embedding/embedding-handle.ts',
    'src/http/settings.ts',
    'src/fetch/fetch-rule.ts',
    'src/fetch/guarded-fetch.ts',
    'src/storage/database-settings.ts',
  ],
  'src/assemble.ts': [
    'src/assistant',
    'src/config.ts',
    'src/core',
    'src/storage',
    'src/llm',
    'src/fetch',
    'src/memory',
    'src/agent',
    'src/jobs',
    'src/leases',
    'src/transfer',
    'src/service',
  ],
  'src/app.ts': [
    'src/assistant',
    'src/assemble.ts',
    'src/auth',
    'src/config.ts',
    'src/core',
    'src/http',
    'src/service',
    'src/storage',
    'src/llm',
    'src/mcp',
  ],
  'src/cli': ['src/app.ts', 'src/config.ts', 'src/core'],
}

/** The only folders that may import a package. Packages that are not listed may not be imported by src at all. */
const ownedBy = {
  kysely: ['src/storage'],
  'better-sqlite3': ['src/storage/sqlite'],
  pg: ['src/storage/postgres'],
  stemmer: ['src/search'],
  openai: ['src/llm'],
  '@anthropic-ai/sdk': ['src/llm/messages'],
  'gpt-tokenizer': ['src/llm'],
  '@modelcontextprotocol': ['src/mcp'],
  commander: ['src/cli/program'],
  diff: ['src/memory'],
  'ipaddr.js': ['src/fetch'],
  jose: ['src/auth'],
  zod: ['src'],
}

const quote = (path) => path.replaceAll('.', '\\.').replaceAll('/', '\\/')
const under = (path) => (path.endsWith('.ts') ? `^${quote(path)}$` : `^${quote(path)}\\/`)
/** As dependency-cruiser resolves it, found or not. */
const inPackage = (name) => `(^|node_modules\\/)(@types\\/)?${quote(name)}(\\/|$)`

module.exports = {
  forbidden: [
    ...Object.entries(mayImport).map(([layer, others]) => ({
      name: `layer ${layer}`,
      severity: 'error',
      from: { path: under(layer) },
      to: { path: '^src\\/', pathNot: [layer, ...others].map(under) },
    })),
    {
      name: 'layer of every file',
      comment: 'A new folder in src gets its line in mayImport first.',
      severity: 'error',
      from: { path: '^src\\/', pathNot: Object.keys(mayImport).map(under) },
      to: {},
    },
    {
      name: 'app.ts is for the command line, tests and benches',
      severity: 'error',
      from: { pathNot: ['^src\\/cli\\/', '^test\\/', '^bench\\/'] },
      to: { path: '^src\\/app\\.ts$' },
    },
    {
      name: 'assemble.ts is for app.ts, tests and benches',
      severity: 'error',
      from: { pathNot: ['^src\\/app\\.ts$', '^test\\/', '^bench\\/'] },
      to: { path: '^src\\/assemble\\.ts$' },
    },
    {
      name: 'src stands alone',
      severity: 'error',
      from: { path: '^src\\/' },
      to: { path: '^(test|bench|scripts|dist)\\/' },
    },
    {
      name: 'only storage/sqlite knows SQLite',
      comment: 'Outside of storage, only app.ts opens a driver.',
      severity: 'error',
      from: { path: '^src\\/', pathNot: ['^src\\/storage\\/sqlite\\/', '^src\\/app\\.ts$'] },
      to: { path: '^src\\/storage\\/sqlite\\/' },
    },
    {
      name: 'only storage/postgres knows PostgreSQL',
      severity: 'error',
      from: { path: '^src\\/', pathNot: ['^src\\/storage\\/postgres\\/', '^src\\/app\\.ts$'] },
      to: { path: '^src\\/storage\\/postgres\\/' },
    },
    ...Object.entries(ownedBy).map(([name, owners]) => ({
      name: `package ${name}`,
      severity: 'error',
      from: { path: '^src\\/', pathNot: owners.map(under) },
      to: { path: inPackage(name) },
    })),
    {
      name: 'package without an owner',
      severity: 'error',
      from: { path: '^src\\/' },
      to: {
        dependencyTypesNot: ['core', 'local', 'type-only'],
        pathNot: ['^src\\/', ...Object.keys(ownedBy).map(inPackage)],
      },
    },
    {
      name: 'unresolvable',
      severity: 'error',
      from: { pathNot: '^test/clients/' },
      to: { couldNotResolve: true },
    },
    { name: 'cycle', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'orphan',
      severity: 'error',
      from: { orphan: true, path: '^src\\/', pathNot: '^src\\/generated\\/' },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types', 'default'],
    },
  },
}
