import { once } from 'node:events'
import type { RequestListener, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { createClient, ProblemError, UnreachableError } from '@entra-bff/shared/client'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startUpstream, type Upstream } from '../support/upstream.ts'

const json = { 'content-type': 'application/json' }
let server: Upstream
let answer: RequestListener
let client: ReturnType<typeof createClient>
beforeAll(async () => {
  server = await startUpstream((request, response) => {
    answer(request, response)
  })
  client = createClient({ baseUrl: new URL(server.endpoint).origin })
})
beforeEach(() => {
  server.requests.length = 0
})
afterAll(() => {
  server.close()
})

/** Answers in turn, and goes on with the last. */
function answerInTurn(...answers: ((response: ServerResponse) => unknown)[]): void {
  answer = (_request, response) => {
    answers[Math.min(server.requests.length, answers.length) - 1]?.(response)
  }
}

describe('a call of the typed client', () => {
  test('a call of the typed client sends its method, path, query and body', async () => {
    answer = (request, response) => {
      void text(request).then((body) => {
        const { method, url, headers } = request
        const { 'x-csrf': csrf, accept, 'content-type': type } = headers
        const received = { method, url, csrf, accept, type, body }
        response.writeHead(200, json).end(JSON.stringify(received))
      })
    }
    const headers = { csrf: '1', accept: 'application/json' }
    expect(
      await client.call('users/:user/photo', {
        method: 'PUT',
        params: { user: 'a b/c' },
        query: { size: '48', $top: '2' },
        body: { x: 1 },
      }),
    ).toEqual({
      ...headers,
      method: 'PUT',
      url: '/api/users/a%20b%2Fc/photo?size=48&%24top=2',
      type: 'application/json',
      body: '{"x":1}',
    })
    expect(await client.call('me/groups', { query: '?$skiptoken=a%2Bb' })).toEqual({
      ...headers,
      method: 'GET',
      url: '/api/me/groups?$skiptoken=a%2Bb',
      body: '',
    })
  })

  test.each([{ user: '..' }, { user: '.' }, { user: '' }, {}])(
    'a call of the typed client cannot be led to another path by a parameter: %j',
    async (params) => {
      const call = client.call('users/:user/me', { params: { ...params } })
      await expect(call).rejects.toThrow(TypeError)
      expect(server.requests).toEqual([])
    },
  )

  test('a call of the typed client that is answered without a body gives undefined', async () => {
    answer = (_request, response) => response.writeHead(204).end()
    expect(await client.call('me', { method: 'PATCH', body: {} })).toBeUndefined()
  })

  test('a call of the typed client reads a stream while the server writes it, until it is aborted', async () => {
    const controller = new AbortController()
    let closed: Promise<unknown> | undefined
    answer = (_request, response) => {
      closed = once(response, 'close')
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('first')
    }
    const { body } = await client.call('events', {
      read: (response) => response,
      signal: controller.signal,
    })
    const reader = body?.pipeThrough(new TextDecoderStream()).getReader()
    expect(await reader?.read()).toEqual({ done: false, value: 'first' })
    controller.abort(new Error('enough'))
    await expect(reader?.read()).rejects.toThrow('enough')
    await closed
  })

  test('a call of the typed client that is aborted rejects with the reason, and is not repeated', async () => {
    const controller = new AbortController()
    answer = () => {
      controller.abort(new Error('left'))
    }
    await expect(client.call('me', { signal: controller.signal })).rejects.toThrow('left')
    expect(server.requests).toHaveLength(1)
  })
})

describe('when no answer comes', () => {
  test('a server that does not answer in time is unreachable, and is asked once', async () => {
    answer = () => undefined
    const call = client.call('me', { timeoutMs: 50 })
    await expect(call).rejects.toMatchObject({ name: 'UnreachableError', reason: 'timeout' })
    expect(server.requests).toHaveLength(1)
  })

  test('a GET is repeated while the server restarts', async () => {
    answerInTurn(
      (response) => response.writeHead(502).end('Bad gateway'),
      (response) => response.destroy(),
      (response) => response.writeHead(200, json).end('{"x":1}'),
    )
    expect(await client.call('me')).toEqual({ x: 1 })
    expect(server.requests).toHaveLength(3)
  })

  test('a request that changes something is never repeated', async () => {
    answerInTurn((response) => response.writeHead(502).end('Bad gateway'))
    const extension = client.extendSession()
    await expect(extension).rejects.toMatchObject({ reason: 'restarting' })
    expect(server.requests).toHaveLength(1)
  })

  test('a redirect, which this server never sends to a client, is not followed', async () => {
    answerInTurn((response) => response.writeHead(302, { location: '/elsewhere' }).end())
    await expect(client.extendSession()).rejects.toThrow(UnreachableError)
    expect(server.requests).toHaveLength(1)
  })

  test('an error without problem details is a problem all the same', async () => {
    answerInTurn((response) => response.writeHead(404).end('<h1>Not found</h1>'))
    const error: unknown = await client.session().catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(ProblemError)
    expect(error).toMatchObject({ code: 'internal_error', problem: { status: 404 } })
  })
})
