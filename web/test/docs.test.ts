import { expect, test } from 'vitest'
import { type Answer, problem, signedIn, signedOut } from './support/answers.ts'
import { buttonNamed, linkNamed, openApp, settle } from './support/open-app.ts'

const id = { name: 'id', in: 'path', required: true, schema: { type: 'string' } }
const operation = { tags: ['Session'], security: [], parameters: [] }
const document = {
  tags: [{ name: 'Session' }],
  paths: {
    '/api/sessions/{id}': {
      delete: {
        ...operation,
        operationId: 'deleteApiSessionsId',
        summary: 'Ends one session.',
        security: [{ session: [], csrf: [] }],
        parameters: [id],
        responses: { 204: { description: 'Ended.' } },
      },
      patch: {
        ...operation,
        operationId: 'patchApiSessionsId',
        summary: 'Names one session.',
        parameters: [id],
        requestBody: { content: { 'application/json': { schema: { $ref: '#/schemas/Name' } } } },
        responses: { 204: { description: 'Named.' } },
      },
    },
    '/api/session/events': {
      get: {
        ...operation,
        operationId: 'getApiSessionEvents',
        summary: 'Tells of the session.',
        responses: { 200: { description: 'Events.', content: { 'text/event-stream': {} } } },
      },
    },
  },
  components: {
    schemas: {
      Name: {
        type: 'object',
        properties: {
          name: { type: 'string', examples: ['Laptop'] },
          note: { anyOf: [{ type: 'string' }, { type: 'null' }] },
          order: { type: 'integer', minimum: 1 },
          tags: { type: 'array', items: { enum: ['home', 'work'] } },
        },
      },
    },
  },
}
const openApi: Answer = { status: 200, body: JSON.stringify(document) }

test('the API page shows every path, and sends a request with the header that it needs', async () => {
  const { page, server } = await openApp('/docs', {
    '/api/session': signedIn(),
    '/openapi.json': openApi,
    'DELETE /api/sessions/a%2Fb': problem(404, 'not_found'),
  })
  expect(page.findAll('code').map((code) => code.text())).toEqual([
    '/api/sessions/{id}',
    ...Object.keys(document.paths),
  ])
  expect(page.text()).toContain('You are signed in as Adele Vance.')
  expect(page.text()).toContain('Needs a session.')
  expect(page.findAll('form')).toHaveLength(2)
  await page.get('input').setValue('a/b')
  await page.get('form').trigger('submit')
  await settle()
  expect(server.requests).toContain('DELETE /api/sessions/a%2Fb')
  expect(page.text()).toContain('The server answered 404.')
  expect(page.text()).toContain('"code": "not_found"')
  expect(buttonNamed(page, 'Send').attributes('aria-disabled')).toBe('false')
})

test.each(['..', '.', ''])(
  'the API page sends nothing for a value that would lead to another path: "%s"',
  async (value) => {
    const { page, server } = await openApp('/docs', {
      '/api/session': signedIn(),
      '/openapi.json': openApi,
    })
    await page.get('input').setValue(value)
    await page.get('form').trigger('submit')
    await settle()
    expect(server.requests.filter((request) => request.startsWith('DELETE'))).toEqual([])
    expect(page.text()).toContain('No answer came.')
  },
)

test('a body on the API page begins with the members that its schema names', async () => {
  const { page, server } = await openApp('/docs', {
    '/api/session': signedIn(),
    '/openapi.json': openApi,
    'PATCH /api/sessions/a': { status: 204, body: null },
  })
  const field = page.get<HTMLTextAreaElement>('textarea')
  const name = { name: 'Laptop', note: '', order: 1, tags: ['home'] }
  expect(JSON.parse(field.element.value)).toEqual(name)
  await page.findAll('input')[1]?.setValue('a')
  await field.setValue('{"name":"Phone"}')
  await page.findAll('form')[1]?.trigger('submit')
  await settle()
  expect(server.requests).toContain('PATCH /api/sessions/a')
  expect(field.element.value).toBe('{"name":"Phone"}')
})

test('the API page leads a person who is not signed in to the sign-in and back', async () => {
  const { page } = await openApp('/docs', {
    '/api/session': signedOut(),
    '/openapi.json': openApi,
  })
  expect(linkNamed(page, 'Sign in').attributes('href')).toBe('/auth/login?returnTo=%2Fdocs')
})

test('the API page says so when the server tells nothing of its API', async () => {
  const { page } = await openApp('/docs', { '/api/session': signedOut() })
  expect(page.text()).toContain('switched off')
})
