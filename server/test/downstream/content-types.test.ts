import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { json, useScriptedApi } from '../support/scripted-api.ts'

const api = useScriptedApi()

describe('an API that (#22)', () => {
  test.each(['gzip', 'br', 'x'])(
    'packs its answer, as nobody asked it to: %s',
    async (encoding) => {
      api.answer = (_request, response) =>
        response.writeHead(200, { ...json, 'content-encoding': encoding }).end(gzipSync('{}'))
      expect((await api.browser.fetch('/api/me')).json).toMatchObject({ code: 'upstream_error' })
    },
  )

  test.each([
    'application/x;+json',
    'application/json-seq',
    'application/jsonp',
    'application/+json',
    'text/json',
  ])('tells a type that is not JSON: %s', async (type) => {
    api.answer = (_request, response) => response.writeHead(200, { 'content-type': type }).end('{}')
    expect((await api.browser.fetch('/api/me')).json).toMatchObject({ code: 'upstream_error' })
  })

  test.each(['Application/JSON', 'application/problem+json', 'application/json ;charset=utf-8'])(
    'tells JSON in another way is understood: %s',
    async (type) => {
      api.answer = (_request, response) =>
        response.writeHead(200, { 'content-type': type }).end('{}')
      expect((await api.browser.fetch('/api/me')).status).toBe(200)
    },
  )

  test('packs a photo, as nobody asked it to', async () => {
    const headers = { 'content-type': 'image/png', 'content-encoding': 'gzip' }
    api.answer = (_request, response) => response.writeHead(200, headers).end(gzipSync('picture'))
    expect((await api.browser.fetch('/api/me/photo')).json).toMatchObject({
      code: 'upstream_error',
    })
  })

  test.each(['image/svg+xml', 'text/html', 'application/javascript'])(
    'sends a document with scripts for a photo: %s',
    async (type) => {
      api.answer = (_request, response) =>
        response.writeHead(200, { 'content-type': type }).end('<x/>')
      const { status, json } = await api.browser.fetch('/api/me/photo')
      expect([status, json]).toMatchObject([502, { code: 'upstream_error' }])
    },
  )

  test.each(['{', 'null x', '[1,', ''])('sends JSON that is none: %j', async (body) => {
    api.answer = (_request, response) => response.writeHead(200, json).end(body)
    expect((await api.browser.fetch('/api/me')).json).toMatchObject({ code: 'upstream_error' })
  })

  test('sends a bomb of gzip has it unpacked by nobody', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, ' '))
    api.answer = (_request, response) =>
      response.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end(bomb)
    const { text } = await api.browser.fetch('/api/me')
    expect(text.length).toBeLessThan(bomb.length + 1)
  })
})
