import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { later } from '../support/clock.ts'
import { EntraFront } from '../support/entra-front.ts'
import { behindNginx } from '../support/surroundings.ts'
import { World } from '../support/world.ts'

let front: EntraFront
let world: World
beforeAll(async () => {
  front = await EntraFront.open()
  world = await World.open({}, { emulator: front.options })
  front.standBefore(world.emulator)
})
afterEach(() => {
  vi.useRealTimers()
})
afterAll(async () => {
  await world.close()
  front.close()
})

describe('an answer of the token endpoint', () => {
  test('a token answer may hold numbers as text, and unknown members', async () => {
    front.answerTokens = (tokens) => ({
      ...tokens,
      expires_in: '3600',
      ext_expires_in: '3600',
      foci: '1',
      more: { of: ['this'] },
    })
    const browser = await world.signIn()
    const now = Date.now()
    for (const [minutes, refreshes] of [
      [0, 0],
      [50, 0],
      [58, 1],
    ] as const) {
      vi.useFakeTimers({ toFake: ['Date'], now: now + minutes * 60_000 })
      front.issues.length = 0
      expect((await browser.fetch('/api/me')).status).toBe(200)
      expect(front.issues).toHaveLength(refreshes)
    }
  })

  test.skipIf(behindNginx).each([undefined, 0, '0', -3_600, 'soon', 30])(
    'a token answer with a lifetime of %j seconds causes one refresh a minute, not one for each call',
    async (lifetime) => {
      front.answerTokens = (tokens) => ({ ...tokens, expires_in: lifetime })
      const browser = await world.signIn()
      front.issues.length = 0
      for (let count = 0; count < 5; count += 1) {
        expect((await browser.fetch('/api/me')).status).toBe(200)
      }
      expect(front.issues).toHaveLength(1)
      later(1.1)
      for (let count = 0; count < 5; count += 1) await browser.fetch('/api/me')
      expect(front.issues).toHaveLength(2)
    },
  )

  test('a token answer may grant more permissions than were asked for', async () => {
    front.answerTokens = (tokens) => ({ ...tokens, scope: 'openid User.Read Calendars.Read' })
    const browser = await world.signIn()
    expect(front.issues.at(-1)?.request.get('scope')).not.toContain('Calendars.Read')
    const { json } = await browser.fetch('/api/session')
    const { calls } = json as { calls: { id: string; granted: boolean }[] }
    expect(calls.filter(({ granted }) => granted).map(({ id }) => id)).toEqual([
      'me',
      'me/calendar',
    ])
  })
})
