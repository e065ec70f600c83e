import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'

const text = readFileSync('compose.yaml', 'utf8')
const { services, volumes } = parse(text)
const readme = readFileSync('README.md', 'utf8')
const providers = readFileSync('src/llm/providers.ts', 'utf8')

test('every setting that is handed on is one of ours', () => {
  const names = Object.keys(services.recollect.environment)
  expect(names).toContain('RECOLLECT_DATABASE_URL')
  for (const name of names)
    expect(readme.includes(name) || providers.includes(name), name).toBe(true)
})

test('no secret is in it, and none may be left out', () => {
  expect(services.recollect.environment.RECOLLECT_TOKEN).toMatch(/^\$\{RECOLLECT_TOKEN:\?/)
  expect(services.postgres.environment.POSTGRES_PASSWORD).toMatch(/^\$\{POSTGRES_PASSWORD:\?/)
})

test('the server is reached from this machine alone, and the database from nowhere else', () => {
  for (const port of services.recollect.ports) expect(port).toMatch(/^127\.0\.0\.1:/)
  expect(services.postgres).not.toHaveProperty('ports')
})

test('the database is of a kind that is tested, is kept, and is there before the server', () => {
  expect(services.postgres.image).toMatch(/^pgvector\/pgvector:0\.8\.\d+-pg15$/)
  expect(readme).toContain('PostgreSQL was tested only with version 15 and pgvector 0.8')
  expect(services.postgres.volumes).toEqual(['postgres:/var/lib/postgresql/data'])
  expect(volumes).toHaveProperty('postgres')
  expect(services.recollect.depends_on.postgres.condition).toBe('service_healthy')
})
