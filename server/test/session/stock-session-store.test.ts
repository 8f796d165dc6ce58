import fastifyCookie from '@fastify/cookie'
import fastifySession from '@fastify/session'
import { fastify, type FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

declare module 'fastify' {
  interface Session {
    /** Members of the small app below. */
    visitor?: string
    visits?: number
  }
}

/**
 * Why the server does not use the store and defaults of `@fastify/session`. `sign-out.test.ts` shows
 * that the same request in flight is harmless here. If this test fails one day, the plugin may replace
 * code of ours.
 */
describe('with the stock store and defaults of @fastify/session', () => {
  let app: FastifyInstance
  let started: Promise<void>
  let release: () => void

  async function open(rolling?: boolean): Promise<string> {
    await app.register(fastifyCookie)
    await app.register(fastifySession, {
      secret: 's'.repeat(32),
      cookie: { secure: false },
      ...(rolling !== undefined && { rolling }),
    })
    app.post('/sign-in', async ({ session }) => (session.visitor = 'Adele'))
    app.post('/sign-out', async ({ session }) => {
      await session.destroy()
      return {}
    })
    app.get('/who', ({ session }) => ({ visitor: session.visitor ?? 'nobody' }))
    const gate = new Promise<void>((resolve) => (release = resolve))
    started = new Promise((resolve) => {
      const slow = (write: boolean) => async (request: { session: { visits?: number } }) => {
        resolve()
        await gate
        if (write) request.session.visits = 1
        return {}
      }
      app.get('/slow-read', slow(false))
      app.get('/slow-write', slow(true))
    })
    const { cookies } = await app.inject({ method: 'POST', url: '/sign-in' })
    return `sessionId=${cookies[0]?.value ?? ''}`
  }

  beforeEach(() => {
    app = fastify()
  })
  afterEach(() => app.close())

  test.each([
    ['reads', '/slow-read', undefined],
    ['writes, without "rolling"', '/slow-write', false],
  ])(
    'a request in flight that only %s brings a session back after sign-out (#25)',
    async (_name, url, rolling) => {
      const headers = { cookie: await open(rolling) }
      const who = async () => (await app.inject({ url: '/who', headers })).json<unknown>()
      expect(await who()).toEqual({ visitor: 'Adele' })
      const slow = app.inject({ url, headers })
      await started
      await app.inject({ method: 'POST', url: '/sign-out', headers })
      expect(await who()).toEqual({ visitor: 'nobody' })
      release()
      await slow
      expect(await who()).toEqual({ visitor: 'Adele' })
    },
  )
})
