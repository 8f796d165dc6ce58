import { readFileSync } from 'node:fs'
import { problemCodes } from '@entra-bff/shared'
import { Validator } from '@seriousme/openapi-schema-validator'
import type { FastifyInstance } from 'fastify'
import { Check } from 'typebox/value'
import { afterAll, describe, expect, test } from 'vitest'
import { buildApp } from '../../src/app.ts'
import { loadConfig } from '../../src/config/config.ts'
import { arrivalPath } from '../../src/http/arrival.ts'
import { registered } from '../support/config-problems.ts'
import { closedSchema, type OpenApi } from '../support/openapi.ts'

const apps: FastifyInstance[] = []
afterAll(() => Promise.all(apps.map((app) => app.close())))

async function start(settings: Record<string, string> = {}): Promise<FastifyInstance> {
  const own = { SESSION_STORE: 'memory:', LOG_LEVEL: 'silent' }
  const app = await buildApp(loadConfig({ ...own, ...settings }))
  apps.push(app)
  return app
}

async function documentOf(settings: Record<string, string>): Promise<OpenApi> {
  return (await start(settings)).inject('/openapi.json').then((answer) => answer.json<OpenApi>())
}

/** Each kind of server has other routes. */
const kinds = [
  ['with an app registration', registered],
  ['with sign-in on another device', { ...registered, DEVICE_LOGIN: 'on' }],
  ['without an app registration', {}],
] as const

describe.each(kinds)('%s', (kind, settings) => {
  test(`the document of a server ${kind} is valid OpenAPI 3.1`, async () => {
    const result = await new Validator().validate({ ...(await documentOf(settings)) })
    expect(result).toMatchObject({ valid: true })
  })

  test(`the document of a server ${kind} gives each operation a name of its own`, async () => {
    const { paths } = await documentOf(settings)
    const operations = Object.values(paths).flatMap((item) => Object.values(item))
    const names = operations.map((operation) => operation?.operationId)
    expect(names.length).toBeGreaterThan(3)
    expect(new Set(names).size).toBe(names.length)
  })

  test(`each example of the document of a server ${kind} fits its schema`, async () => {
    const document = await documentOf(settings)
    for (const schema of Object.values(document.components.schemas)) {
      const { examples = [] } = schema as { examples?: unknown[] }
      for (const example of examples) {
        expect(Check(closedSchema(document, schema), example), JSON.stringify(example)).toBe(true)
      }
    }
    const { examples, schemas } = document.components
    for (const example of Object.values(examples)) {
      const { value } = example as { value: unknown }
      expect(Check(closedSchema(document, schemas['Problem'] ?? {}), value)).toBe(true)
    }
  })
})

test('each problem code is in the document of a server that can answer it', async () => {
  const documents = await Promise.all(kinds.map(([, settings]) => documentOf(settings)))
  const codes = documents.flatMap(({ components }) => Object.keys(components.examples))
  // The document cannot tell of a method that a path does not have.
  const expected = problemCodes.filter((code) => code !== 'method_not_allowed')
  expect([...new Set(codes)].sort()).toEqual([...expected].sort())
})

test('docs/api.md names each route of the document, and no other', async () => {
  const document = await documentOf({ ...registered, DEVICE_LOGIN: 'on' })
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      // The page has one row for the table of calls. Own routes but the example have none.
      isLeftOut:
        path !== '/api/reports/agenda' &&
        ['APIs', 'Your routes'].some((tag) => operation?.tags.includes(tag)),
    })),
  )
  const leftOut = operations.filter(({ isLeftOut }) => isLeftOut).map(({ name }) => name)
  const page = readFileSync(new URL('../../../docs/api.md', import.meta.url), 'utf8')
  const rows = [...page.matchAll(/^\| `([A-Z]+ \/[^`?<\s]+)[`?]/gm)].map(([, name = '']) => name)
  const named = rows.filter((name) => !leftOut.includes(name) && name !== `GET ${arrivalPath}`)
  const expected = operations.filter(({ isLeftOut }) => !isLeftOut).map(({ name }) => name)
  expect([...new Set(named)].sort()).toEqual(expected.sort())
})

test('the document tells which routes need a session and the X-CSRF header', async () => {
  const { paths } = await documentOf(registered)
  const signedIn = { session: [], csrf: [] }
  const needs = (path: string, method: string) => paths[path]?.[method]?.security
  expect(needs('/api/me', 'get')).toEqual([signedIn])
  expect(needs('/api/session', 'get')).toEqual([{}, signedIn])
  expect(needs('/api/session/events', 'get')).toEqual([{ session: [] }])
  expect(needs('/livez', 'get')).toEqual([])
})

const production = { ...registered, NODE_ENV: 'production', SESSION_SECRET: 's'.repeat(32) }
test.each([
  ['outside production', registered, 200],
  ['outside production with API_DOCS=off', { ...registered, API_DOCS: 'off' }, 404],
  ['in production', production, 404],
  ['in production with API_DOCS=on', { ...production, API_DOCS: 'on' }, 200],
] as const)(
  'the document is readable only where it is meant to be: %s',
  async (_where, settings, status) => {
    const headers = { accept: 'application/json' }
    const answer = await (await start(settings)).inject({ url: '/openapi.json', headers })
    expect(answer.statusCode).toBe(status)
    expect(answer.headers['content-type']).toContain('json')
  },
)
