import { isPage, resultPath, pages } from '@entra-bff/shared'
import fc from 'fast-check'
import { createPinia } from 'pinia'
import { expect, test } from 'vitest'
import { createMemoryHistory } from 'vue-router'
import { createAppRouter } from '../src/router.ts'

const router = createAppRouter(createMemoryHistory(), createPinia())
const nameAt = (path: string) => router.resolve(path).name

test('each page of the list has a view in the router, and each view is in the list', () => {
  const names = router.getRoutes().map(({ name }) => name)
  expect(names.sort()).toEqual([...Object.keys(pages), 'notFound'].sort())
})

test('only sign-in, its errors, the API page and the Setup view are open to people who are not signed in', () => {
  const open = router.getRoutes().filter(({ meta }) => meta.access !== 'account')
  expect(open.map(({ name }) => name).sort()).toEqual(
    ['device', 'docs', 'error', 'login', 'notFound', 'setup'].sort(),
  )
})

test.each(['/', resultPath('me'), resultPath('me/calendar'), '/Sessions', '/sessions/'])(
  'the server knows %s as a page, as the router does',
  (path) => {
    expect([isPage(path), nameAt(path) !== 'notFound']).toEqual([true, true])
  },
)

test('server and router say the same of any path', () => {
  const words = Object.values(pages).flatMap((page) => page.split('/').slice(1))
  const part = fc.constantFrom(...words, 'login', 'me', 'x', '', 'LOGIN', '%20', '.', 'result')
  const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => `/${parts.join('/')}`)
  const property = fc.property(
    // An address with two slashes at its start names another host.
    path.filter((text) => !text.startsWith('//')),
    (text) => {
      expect(isPage(text), text).toBe(nameAt(text) !== 'notFound')
    },
  )
  fc.assert(property, { seed: 20_240_229, numRuns: 2_000 })
})
