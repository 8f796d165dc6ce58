import { fastify } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AnswerCheck, type SeenAnswer } from '../support/answer-check.ts'
import type { OpenApi } from '../support/openapi.ts'
import { takeFaults, watchAnswers } from '../support/watch-answers.ts'
import { World } from '../support/world.ts'

let world: World
let document: OpenApi
beforeAll(async () => {
  world = await World.open()
  document = (await world.openBrowser().fetch('/openapi.json')).json as OpenApi
})
afterAll(() => world.close())

const signedOut = { authenticated: false, reason: 'none', signIn: { methods: [] } }
const good = { ...signedOut, app: { name: 'a', version: '1' } }

function seen(changes: Partial<SeenAnswer>, body: unknown = good): SeenAnswer {
  return {
    method: 'GET',
    path: '/api/session',
    status: 200,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
    body: Buffer.from(JSON.stringify(body)),
    ...changes,
  }
}

/** The document after a change. */
function without(remove: (paths: OpenApi['paths']) => unknown): OpenApi {
  const copy = structuredClone(document)
  remove(copy.paths)
  return copy
}

describe('the check of the answers of all tests', () => {
  const json = { 'content-type': 'application/json', 'cache-control': 'no-store' }

  test('the check of answers accepts an answer that the document describes', () => {
    expect(new AnswerCheck(document).faultOf(seen({}))).toBeUndefined()
  })

  test('the check of answers notices a path that is missing from the document', () => {
    const gone = without((paths) => delete paths['/api/session'])
    expect(new AnswerCheck(gone).faultOf(seen({}))).toBe(
      'GET /api/session answered 200: the document has no such path.',
    )
  })

  test('the check of answers notices a method that is missing from the document', () => {
    const gone = without((paths) => delete paths['/api/session']?.['get'])
    expect(new AnswerCheck(gone).faultOf(seen({}))).toBe(
      'GET /api/session answered 200: the document has no such method for /api/session.',
    )
  })

  test('the check of answers notices a status that is missing from the document', () => {
    const gone = without((paths) => delete paths['/api/session']?.['get']?.responses['200'])
    expect(new AnswerCheck(gone).faultOf(seen({}))).toContain(
      'GET /api/session answered 200: the document has no such status for /api/session, only 400',
    )
  })

  test.each([
    ['a member that it does not name', seen({}, { ...good, more: 1 }), 'the body'],
    ['a member that is missing', seen({}, signedOut), 'the body'],
    ['another type', seen({ headers: { ...json, 'content-type': 'text/html' } }), '"text/html"'],
    ['a header that it does not name', seen({ headers: { ...json, etag: '1' } }), 'header etag'],
    ['no Cache-Control', seen({ headers: { 'content-type': json['content-type'] } }), 'Cache'],
    [
      'a problem code of another route',
      seen(
        { status: 403, headers: { ...json, 'content-type': 'application/problem+json' } },
        {
          ...{ type: 'about:blank', title: 'a', status: 403, detail: 'b', correlationId: 'c' },
          code: 'consent_required',
        },
      ),
      'the body/code',
    ],
  ])('the check of answers notices %s', (_what, answer, words) => {
    expect(new AnswerCheck(document).faultOf(answer)).toContain(words)
  })

  test('an answer of a running server that is not in its document fails the test', async () => {
    const app = fastify()
    app.decorate('openApi', () => Promise.resolve(JSON.stringify(document)))
    app.get('/api/nowhere', () => ({}))
    await watchAnswers(app)
    await fetch(`${await app.listen()}/api/nowhere`)
    await app.close()
    expect(takeFaults()).toEqual(['GET /api/nowhere answered 200: the document has no such path.'])
  })
})
