import { describe, expect, test } from 'vitest'
import { useScriptedApi } from '../support/scripted-api.ts'

const api = useScriptedApi()

const trace = '4bf92f3577b34da6a3ce929d0e0e4736'
const traceparent = `00-${trace}-00f067aa0ba902b7-01`

/** What reaches the API with the call of somebody who sends these headers. */
async function passedOn(headers: Record<string, string>) {
  expect((await api.browser.fetch('/api/me', { headers })).status).toBe(200)
  const sent = api.upstream.requests.at(-1)?.headers
  return { traceparent: sent?.['traceparent'], tracestate: sent?.['tracestate'] }
}

describe('the trace of a caller (W3C Trace Context)', () => {
  test.each([
    ['alone', { traceparent }],
    [
      'with its state',
      { traceparent, tracestate: 'rojo=00f067aa0ba902b7, tenant@congo=t61rcWkgMzE' },
    ],
    ['of a later version', { traceparent: `cc-${trace}-00f067aa0ba902b7-01-what-comes.later` }],
  ])('a trace reaches the API unchanged: %s', async (_what, headers) => {
    expect(await passedOn(headers)).toEqual(headers)
  })

  test.each([
    ['of other words', 'my trace'],
    ['with a trace id of zeros', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`],
    ['with a parent id of zeros', `00-${trace}-${'0'.repeat(16)}-01`],
    ['with capital letters', traceparent.toUpperCase()],
    ['with more fields than version 00 has', `${traceparent}-00`],
    ['of the version ff', `ff${traceparent.slice(2)}`],
    ['of a later version, with another end', `cc${traceparent.slice(2)}.x`],
    ['that came twice', `${traceparent}, ${traceparent}`],
    ['that is too short', traceparent.slice(0, -1)],
  ])('a trace that is not valid reaches neither the API nor the log: %s', async (_what, text) => {
    api.world.logLines.length = 0
    const headers = { traceparent: text, tracestate: 'rojo=00f067aa0ba902b7' }
    expect(await passedOn(headers)).toEqual({})
    await api.browser.fetch('/api/nothing', { headers })
    expect(api.world.logLines.join('')).toContain('not_found')
    expect(api.world.logLines.join('')).not.toContain('"trace"')
  })

  test.each([
    ['without a value', 'rojo'],
    ['with a name of capital letters', 'ROJO=1'],
    ['with more than 32 members', Array.from({ length: 33 }, (_, at) => `k${String(at)}=1`).join()],
    ['with an equals sign in a value', 'rojo=a=b'],
  ])(
    'a state that is not valid does not reach the API, and its trace does: %s',
    async (_what, tracestate) => {
      expect(await passedOn({ traceparent, tracestate })).toEqual({ traceparent })
    },
  )

  test('each line of the log and of the audit log names the trace of its request', async () => {
    api.world.logLines.length = 0
    await api.browser.fetch('/api/nothing', { headers: { traceparent } })
    await api.browser.fetch('/api/session', {
      headers: { traceparent, 'sec-fetch-site': 'cross-site' },
    })
    const lines = api.world.logLines.map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(lines).toMatchObject([
      { code: 'not_found', trace },
      { code: 'csrf_failed', trace },
      { audit: 'refused', trace },
    ])
  })
})
