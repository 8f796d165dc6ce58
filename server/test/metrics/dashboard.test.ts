import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type MeasuredWorld, openMeasuredWorld, type Scrape } from '../support/metrics.ts'
import { namesIn } from '../support/promql.ts'

let measured: MeasuredWorld
let scrape: Scrape
beforeAll(async () => {
  measured = await openMeasuredWorld()
  const { world } = measured
  const browser = await world.signIn()
  // A token that the API refuses is replaced.
  world.emulator.failNext('me', { status: 401, body: {} })
  await browser.fetch('/api/me')
  await browser.fetch('/api/session', { headers: { 'sec-fetch-site': 'cross-site' } })
  await browser.submit('/auth/logout')
  scrape = await measured.scrape()
})
afterAll(() => measured.world.close())

function read(path: string): string {
  return readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')
}

/** Each `expr` of the dashboard, and each query of a variable. */
function dashboardQueries(): string[] {
  return [...read('deploy/grafana-dashboard.json').matchAll(/"expr": ("(?:[^"\\]|\\.)*")/g)].map(
    ([, text = '']) => JSON.parse(text) as string,
  )
}

/** Each `expr` of the rules: a text on one line, or an indented block. */
function alertQueries(): string[] {
  const expr = /^( +)expr: (?:>-?|\|-?)?(.*(?:\n\1 +.*)*)/gm
  return [...read('deploy/alerts.yaml').matchAll(expr)].map(([, , text = '']) => text.trim())
}

test.each([
  ['deploy/grafana-dashboard.json', dashboardQueries, 10],
  ['deploy/alerts.yaml', alertQueries, 5],
])('%s asks only for metrics and labels that the server exposes', (_file, queries, atLeast) => {
  const exposed = scrape.labelsByName()
  // Prometheus adds these.
  exposed.set('up', new Set())
  const added = ['job', 'instance']
  expect(queries().length).toBeGreaterThanOrEqual(atLeast)
  for (const query of queries()) {
    const { metrics, labels } = namesIn(query)
    expect(metrics.size, query).toBeGreaterThan(0)
    expect([...metrics].filter((name) => !exposed.has(name), query)).toEqual([])
    const known = new Set([
      ...added,
      ...[...metrics].flatMap((name) => [...(exposed.get(name) ?? [])]),
    ])
    expect(
      [...labels].filter((label) => !known.has(label)),
      query,
    ).toEqual([])
  }
})

test('a query of a metric or a label that does not exist is noticed', () => {
  const query = 'sum by (outcme) (rate(entra_bff_sign_ins_totl{method="redirect"}[5m]))'
  expect(namesIn(query)).toEqual({
    metrics: new Set(['entra_bff_sign_ins_totl']),
    labels: new Set(['outcme', 'method']),
  })
})

test('docs/monitoring.md names every metric of this server with its labels, and no other', () => {
  const rows = [...read('docs/monitoring.md').matchAll(/^\| `(entra_bff_\w+)` +\|([^|]*)\|/gm)]
  const documented = rows.map(([, name = '', labels = '']) => [
    name,
    [...labels.matchAll(/`(\w+)`/g)].map(([, label = '']) => label).sort(),
  ])
  const types = [...scrape.text.matchAll(/^# TYPE (entra_bff_\w+) (\w+)$/gm)]
  const labels = scrape.labelsByName()
  const exposed = types.map(([, name = '', type]) => {
    const sampled = type === 'histogram' ? `${name}_count` : name
    return [name, [...(labels.get(sampled) ?? [])].sort()]
  })
  expect(documented.sort()).toEqual(exposed.sort())
})
