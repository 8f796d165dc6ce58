import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Browser } from '../support/browser.ts'
import { ChildServer } from '../support/child-server.ts'
import { World } from '../support/world.ts'

/** A span, as OTLP writes it in JSON. */
interface Span {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  /** 2: a request that came; 3: a request that was sent. */
  kind: number
}
interface Export {
  resourceSpans: { scopeSpans: { spans: Span[] }[] }[]
}

const preload = fileURLToPath(new URL('../../bin/opentelemetry.mjs', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'entra-bff-traces-'))
const spans: Span[] = []
const exported: string[] = []
/** Takes what the server sends to a collector. */
const collector = createServer((request, response) => {
  void json(request).then((body) => {
    exported.push(JSON.stringify(body))
    const { resourceSpans } = body as Export
    spans.push(
      ...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)),
    )
    response.setHeader('content-type', 'application/json').end('{}')
  })
})
let world: World
let server: ChildServer
let browser: Browser

beforeAll(async () => {
  await once(collector.listen(0, '127.0.0.1'), 'listening')
  const { port } = collector.address() as AddressInfo
  world = await World.open({ SESSION_STORE: `file:${folder}` })
  await world.stopServer()
  const settings = {
    ...world.settings,
    OTEL_SERVICE_NAME: 'entra-bff',
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${String(port)}`,
    OTEL_BSP_SCHEDULE_DELAY: '50',
  }
  server = new ChildServer(settings, { cwd: folder, nodeArguments: ['--import', preload] })
  await server.listening()
  browser = await world.signIn()
})
afterAll(async () => {
  await server.end()
  await world.close()
  collector.close()
  rmSync(folder, { recursive: true })
})

function find(part: Partial<Span>): Promise<Span> {
  const entries = Object.entries(part)
  return vi.waitUntil(() =>
    spans.find((span) => entries.every(([name, value]) => span[name as keyof Span] === value)),
  )
}

test('with OpenTelemetry, a call of an API is a span below that of its request, and the API and the log know the trace', async () => {
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
  const parentSpanId = '00f067aa0ba902b7'
  const headers = { traceparent: `00-${traceId}-${parentSpanId}-01` }
  expect((await browser.fetch('/api/me', { headers })).status).toBe(200)
  const request = await find({ kind: 2, traceId, parentSpanId, name: 'GET /api/me' })
  const call = await find({ kind: 3, traceId, parentSpanId: request.spanId })
  const sent = world.emulator.requests('me').at(-1)
  expect(sent?.headers['traceparent']).toBe(`00-${traceId}-${call.spanId}-01`)

  await browser.fetch('/api/nothing')
  await vi.waitUntil(() => server.stdout.includes('"code":"not_found"'))
  const line = server.stdout.split('\n').find((text) => text.includes('"code":"not_found"')) ?? ''
  const { trace } = JSON.parse(line) as { trace: string }
  expect(trace).toMatch(/^[\da-f]{32}$/)
  await find({ kind: 2, traceId: trace })
})

test('with OpenTelemetry, neither a code nor a state nor a token goes to the collector', async () => {
  await find({ kind: 2, name: 'GET /getAToken' })
  const callback = world.emulator.requests('token').at(-1)
  const secrets = [callback?.form['code'], callback?.form['code_verifier']]
  for (const secret of secrets) expect(secret).toBeTypeOf('string')
  const text = exported.join('')
  for (const secret of [...secrets, 'state=', 'code=', 'Bearer']) expect(text).not.toContain(secret)
})
