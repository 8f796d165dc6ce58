import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { json, useScriptedApi } from '../support/scripted-api.ts'

const api = useScriptedApi()

describe('a failing API (#22)', () => {
  test.each(['gzip', 'br', 'x'])(
    'a compressed answer of the API is an upstream error, since none was asked for: %s',
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
  ])('an answer of the API with a type that is not JSON is an upstream error: %s', async (type) => {
    api.answer = (_request, response) => response.writeHead(200, { 'content-type': type }).end('{}')
    expect((await api.browser.fetch('/api/me')).json).toMatchObject({ code: 'upstream_error' })
  })

  test.each(['Application/JSON', 'application/problem+json', 'application/json ;charset=utf-8'])(
    'an answer of the API with another spelling of a JSON type is accepted: %s',
    async (type) => {
      api.answer = (_request, response) =>
        response.writeHead(200, { 'content-type': type }).end('{}')
      expect((await api.browser.fetch('/api/me')).status).toBe(200)
    },
  )

  test('a compressed photo is an upstream error, since none was asked for', async () => {
    const headers = { 'content-type': 'image/png', 'content-encoding': 'gzip' }
    api.answer = (_request, response) => response.writeHead(200, headers).end(gzipSync('picture'))
    expect((await api.browser.fetch('/api/me/photo')).json).toMatchObject({
      code: 'upstream_error',
    })
  })

  test.each(['image/svg+xml', 'text/html', 'application/javascript'])(
    'a photo that is a document with scripts is an upstream error: %s',
    async (type) => {
      api.answer = (_request, response) =>
        response.writeHead(200, { 'content-type': type }).end('<x/>')
      const { status, json } = await api.browser.fetch('/api/me/photo')
      expect([status, json]).toMatchObject([502, { code: 'upstream_error' }])
    },
  )

  test.each(['{', 'null x', '[1,', ''])(
    'a malformed JSON answer of the API is an upstream error: %j',
    async (body) => {
      api.answer = (_request, response) => response.writeHead(200, json).end(body)
      expect((await api.browser.fetch('/api/me')).json).toMatchObject({ code: 'upstream_error' })
    },
  )

  test('a gzip bomb of the API is not decompressed', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, ' '))
    api.answer = (_request, response) =>
      response.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end(bomb)
    const { text } = await api.browser.fetch('/api/me')
    expect(text.length).toBeLessThan(bomb.length + 1)
  })
})
