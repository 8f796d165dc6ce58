import * as fs from 'node:fs'
import { request } from 'undici'
import { describe, expect, test } from 'vitest'
import { Browser } from '../support/browser.ts'
import type { ChildServer } from '../support/child-server.ts'
import { useStoreCopies } from '../support/store-copies.ts'

const copies = useStoreCopies()

/** Starts a server on a copy of the store that can take a few sessions more: the server keeps 1,024 kB free. */
function startAlmostFull(): ChildServer {
  copies.copyWith()
  const kilobytes = Math.ceil(fs.statSync(copies.storeFile).size / 1_024) + 1_100
  return copies.start({ before: `ulimit -f ${String(kilobytes)}` })
}

describe('a server whose disk is full (#27, #30)', () => {
  /** Signs people in until there is no room. @returns the cookies of those who got in */
  async function fillUp(server: ChildServer): Promise<string[]> {
    const cookies: string[] = []
    for (let count = 0; count < 300; count += 1) {
      const browser = new Browser(copies.world.origin)
      const page = await browser.goTo('/auth/login').catch((error: unknown) => {
        throw new Error(`the server is gone:\n${server.stderr}`, { cause: error })
      })
      if (page.url.pathname === '/error') {
        expect(
          Object.keys(await browser.cookies()).filter((key) => key.startsWith('sid-')),
        ).toEqual([])
        return cookies
      }
      cookies.push(await browser.cookieHeader())
    }
    throw new Error('it is not full')
  }

  test('a server with a full disk refuses sign-ins within two seconds, and keeps its sessions', async () => {
    const server = await startAlmostFull().listening()
    const cookies = await fillUp(server)
    expect(cookies.length).toBeGreaterThan(0)

    const started = Date.now()
    const refused = await new Browser(copies.world.origin).goTo('/auth/login')
    expect(refused.url.pathname).toBe('/error')
    expect(Date.now() - started).toBeLessThan(2_500)

    expect((await copies.ask('/livez')).status).toBe(200)
    for (const known of [copies.cookie, ...cookies.slice(-3)]) {
      expect(await copies.ask('/api/session', { cookie: known })).toMatchObject({
        status: 200,
        json: { authenticated: true },
      })
    }
  })

  test('a server with a full disk reports a sign-out only when the session has ended', async () => {
    const server = await startAlmostFull().listening()
    for (const known of await fillUp(server)) {
      const headers = { cookie: known, 'x-csrf': '1', accept: 'application/json' }
      const answer = await request(`${copies.world.origin}/auth/logout`, {
        method: 'POST',
        headers,
      })
      await answer.body.dump()
      expect([200, 503]).toContain(answer.statusCode)
      const after = await copies.ask('/api/session', { cookie: known })
      expect(after).toMatchObject({ json: { authenticated: answer.statusCode !== 200 } })
    }
    expect((await copies.ask('/livez')).status).toBe(200)
  })

  test('a server whose disk was full has all its sessions at the next start, when there is room again', async () => {
    const server = startAlmostFull()
    const cookies = await fillUp(await server.listening())
    await server.end('SIGKILL')
    await copies.start().listening()
    const lost: unknown[] = []
    for (const [index, known] of [copies.cookie, ...cookies].entries()) {
      const { json } = await copies.ask('/api/session', { cookie: known })
      if (!JSON.stringify(json).includes('"authenticated":true')) lost.push([index, known, json])
    }
    expect(lost, `of ${String(cookies.length)}`).toEqual([])
    await copies.world.signIn()
  })
})
