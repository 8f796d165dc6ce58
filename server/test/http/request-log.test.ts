import { afterEach, expect, test } from 'vitest'
import { World } from '../support/world.ts'

let world: World
afterEach(() => world.close())

interface Line {
  req?: { method: string; path: string; address: string }
  res?: { status: number }
  code?: string
  audit?: string
}

/** What the log says of requests, without the audit log. */
const requests = () =>
  world.logLines
    .map((line) => JSON.parse(line) as Line)
    .filter(({ req }) => req !== undefined)
    .map(({ req, res, code }) => [req?.method, req?.path, res?.status, code])

test('a quick read that succeeds is not logged, and every other request has one line', async () => {
  world = await World.open({ LOG_LEVEL: 'info' })
  const browser = await world.signIn()
  world.logLines.length = 0
  await browser.fetch('/api/session')
  await browser.fetch('/api/me')
  await browser.fetch('/api/nothing?code=secret')
  await browser.fetch('/api/session/extend', { method: 'POST' })
  await browser.goTo('/auth/login', world.toEntra)
  expect(requests()).toEqual([
    ['GET', '/api/nothing', 404, 'not_found'],
    ['POST', '/api/session/extend', 200, undefined],
    ['GET', '/auth/login', 302, undefined],
  ])
})

test('with LOG_LEVEL=debug every request has one line', async () => {
  world = await World.open({ LOG_LEVEL: 'debug' })
  const browser = world.openBrowser()
  await browser.fetch('/api/session')
  await browser.fetch('/api/me')
  expect(requests()).toEqual([
    ['GET', '/api/session', 200, undefined],
    ['GET', '/api/me', 401, 'not_signed_in'],
  ])
})
