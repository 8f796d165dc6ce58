import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { builtServer } from '../support/built-server.ts'
import { ChildServer } from '../support/child-server.ts'
import { openMeasuredWorld } from '../support/metrics.ts'
import { freePort } from '../support/world.ts'

test('the port of the metrics answers GET /metrics in the text format of Prometheus, and nothing else', async () => {
  const { world, origin } = await openMeasuredWorld()
  const answer = await fetch(`${origin}/metrics?x=1`)
  expect([answer.status, answer.headers.get('content-type')]).toEqual([
    200,
    'text/plain; version=0.0.4; charset=utf-8',
  ])
  expect(await answer.text()).toMatch(/^# TYPE entra_bff_sessions_begun_total counter$/m)
  expect((await fetch(`${origin}/metrics`, { method: 'POST' })).status).toBe(405)
  for (const path of ['/', '/api/session', '/readyz', '/metrics/x']) {
    expect((await fetch(`${origin}${path}`)).status).toBe(404)
  }
  await world.close()
  await expect(fetch(`${origin}/metrics`)).rejects.toThrow()
})

test('the port of the app has no metrics', async () => {
  const { world } = await openMeasuredWorld()
  const answer = await world.openBrowser().fetch('/metrics')
  expect(answer).toMatchObject({ status: 404, json: { code: 'not_found' } })
  await world.close()
})

test('a METRICS_PORT that is in use ends the start with a sentence', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'entra-bff-metrics-'))
  onTestFinished(() => {
    rmSync(folder, { recursive: true })
  })
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const { port } = taken.address() as { port: number }
  const settings = { PORT: String(await freePort()), SESSION_STORE: 'memory:' }
  const server = new ChildServer({ ...settings, METRICS_PORT: String(port) }, { cwd: folder })
  expect(await server.ended).toEqual({ code: 1, signal: null })
  expect(server.stderr).toContain(`METRICS_PORT ${String(port)} cannot be used: `)
  expect(server.stderr).not.toMatch(/^ +at /m)
  taken.close()
})

test('a start on a port that is in use ends, also with metrics', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'entra-bff-metrics-'))
  onTestFinished(() => {
    rmSync(folder, { recursive: true })
  })
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const { port } = taken.address() as { port: number }
  const settings = { PORT: String(port), SESSION_STORE: 'memory:' }
  const metrics = { METRICS_PORT: String(await freePort()) }
  const server = new ChildServer({ ...settings, ...metrics }, { cwd: folder })
  expect(await server.ended).toEqual({ code: 1, signal: null })
  expect(server.stderr).toContain('EADDRINUSE')
  taken.close()
})

test('a start without METRICS_PORT loads nothing of the metrics', () => {
  const files = new Set<string>()
  const load = (file: string) => {
    if (files.has(file)) return
    files.add(file)
    const staticImport = /^(?:import|export)\b[^;]*?["'](\.{1,2}\/[^"']+)["']/gm
    for (const [, path = ''] of readFileSync(file, 'utf8').matchAll(staticImport)) {
      load(join(dirname(file), path))
    }
  }
  load(builtServer)
  const withMetrics = [...files].filter((file) => readFileSync(file, 'utf8').includes('Histogram'))
  expect(withMetrics).toEqual([])
})
