import { expect, test } from 'vitest'
import { type Answer, problem, signedIn, signedOut } from './support/answers.ts'
import { buttonNamed, linkNamed, openApp, settle } from './support/open-app.ts'

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
        parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
        responses: { 204: { description: 'Ended.' } },
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
  components: { schemas: {} },
}
const openApi: Answer = { status: 200, body: JSON.stringify(document) }

test('the API page shows every path, and sends a request with the header that it needs', async () => {
  const { page, server } = await openApp('/docs', {
    '/api/session': signedIn(),
    '/openapi.json': openApi,
    'DELETE /api/sessions/a%2Fb': problem(404, 'not_found'),
  })
  expect(page.findAll('code').map((code) => code.text())).toEqual(Object.keys(document.paths))
  expect(page.text()).toContain('You are signed in as Adele Vance.')
  expect(page.text()).toContain('Needs a session.')
  expect(page.findAll('form')).toHaveLength(1)
  await page.get('input').setValue('a/b')
  await page.get('form').trigger('submit')
  await settle()
  expect(server.requests).toContain('DELETE /api/sessions/a%2Fb')
  expect(page.text()).toContain('The server answered 404.')
  expect(page.text()).toContain('"code": "not_found"')
  expect(buttonNamed(page, 'Send').attributes('aria-disabled')).toBe('false')
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
