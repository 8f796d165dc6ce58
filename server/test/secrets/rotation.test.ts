import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { openMemoryStore } from '../../src/store/memory.ts'
import type { Store } from '../../src/store/store.ts'
import type { Browser } from '../support/browser.ts'
import { later } from '../support/clock.ts'
import { World } from '../support/world.ts'

const [old, fresh] = ['o'.repeat(32), 'n'.repeat(32)]
let world: World
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'entra-bff-rotation-'))
})
afterEach(async () => {
  vi.useRealTimers()
  await world.close()
  rmSync(folder, { recursive: true })
})

async function open(settings: Record<string, string>): Promise<void> {
  world = await World.open({ SESSION_STORE: `file:${join(folder, 'data')}`, ...settings })
}

async function restart(settings: Record<string, string>): Promise<void> {
  await world.stopServer()
  await world.startServer(settings)
}

async function sessionCookie(browser: Browser): Promise<string | undefined> {
  return (await browser.cookies())[world.sessionCookie]
}

describe('a rotation of the secret (#33)', () => {
  test('a rotation of the secret signs nobody out who uses the session before the old secret is removed', async () => {
    await open({ SESSION_SECRET: old })
    const browser = await world.signIn()
    const before = await sessionCookie(browser)
    await restart({ SESSION_SECRET: `${fresh},${old}` })
    expect((await browser.fetch('/api/session')).json).toMatchObject({ authenticated: true })
    expect((await browser.fetch('/api/me')).status).toBe(200)
    expect(await sessionCookie(browser)).not.toBe(before)
    await restart({ SESSION_SECRET: fresh })
    expect((await browser.fetch('/api/session')).json).toMatchObject({ authenticated: true })
    later(55)
    world.emulator.clearRequests()
    expect((await browser.fetch('/api/me')).status).toBe(200)
  })

  test('a rotation of the secret renews the cookie at the next use, and the old cookie is refused without the old secret', async () => {
    await open({ SESSION_SECRET: old })
    const browser = await world.signIn()
    const before = await browser.cookieHeader()
    await restart({ SESSION_SECRET: `${fresh},${old}` })
    const { headers } = await browser.fetch('/api/session/extend', { method: 'POST' })
    expect([headers['set-cookie']].flat()[0]).toMatch(
      /^sid-\d+=[\w-]{43}\.[\w-]{43}; Max-Age=4\d{4}; Path=\/; HttpOnly; SameSite=Strict$/,
    )
    const ask = () =>
      fetch(`${world.origin}/api/me`, { headers: { cookie: before, 'x-csrf': '1' } })
    expect((await ask()).status).toBe(200)
    await restart({ SESSION_SECRET: fresh })
    expect((await ask()).status).toBe(401)
  })

  test('the removal of the old secret ends the sessions that were not used since the rotation', async () => {
    await open({ SESSION_SECRET: old })
    const browser = await world.signIn()
    await restart({ SESSION_SECRET: `${fresh},${old}` })
    await restart({ SESSION_SECRET: fresh })
    const { status, json } = await browser.fetch('/api/me')
    expect([status, json]).toMatchObject([401, { code: 'not_signed_in' }])
  })

  test('a sign-in after a rotation still ends the session that the browser had before', async () => {
    await open({ SESSION_SECRET: old })
    const browser = await world.signIn()
    await restart({ SESSION_SECRET: `${fresh},${old}` })
    await browser.fetch('/api/me')
    const before = await browser.cookieHeader()
    await restart({ SESSION_SECRET: fresh })
    await world.signIn(browser)
    const answer = await fetch(`${world.origin}/api/me`, {
      headers: { cookie: before, 'x-csrf': '1' },
    })
    expect(await answer.json()).toMatchObject({ code: 'session_revoked' })
  })

  test('a rotation during a failure of the store is repeated later', async () => {
    const file = join(folder, 'secret')
    writeFileSync(file, old)
    const memory = openMemoryStore()
    let fails = false
    const store: Store = {
      ...memory,
      swap: (...args) => (fails ? Promise.reject(new Error('full')) : memory.swap(...args)),
    }
    world = await World.open({ SESSION_SECRET_FILE: file }, { server: { store } })
    const browser = await world.signIn()
    fails = true
    writeFileSync(file, `${fresh},${old}`)
    await vi.waitUntil(() => world.logLines.join('').includes('old secrets stay in use'), 10_000)
    fails = false
    await vi.waitUntil(() => world.logLines.join('').includes('secrets were rotated'), 10_000)
    expect((await browser.fetch('/api/me')).status).toBe(200)
  })

  test('a rotation does not clear the cookie of a person who goes back to a used callback', async () => {
    await open({ SESSION_SECRET: old })
    const browser = world.openBrowser()
    const { visited } = await browser.goTo('/auth/login')
    const callback = visited.find(({ pathname }) => pathname === '/getAToken')
    await restart({ SESSION_SECRET: `${fresh},${old}` })
    expect((await browser.goTo(callback?.href ?? '')).url.pathname).toBe('/')
    expect((await browser.fetch('/api/session')).json).toMatchObject({ authenticated: true })
  })

  test('a rotation takes effect when the file changes, without a restart', async () => {
    const ask = (cookie: string) =>
      fetch(`${world.origin}/api/me`, { headers: { cookie, 'x-csrf': '1' } })
    const file = join(folder, 'secret')
    writeFileSync(file, old)
    await open({ SESSION_SECRET_FILE: file })
    const browser = await world.signIn()
    const before = await browser.cookieHeader()
    writeFileSync(file, `${fresh},${old}\n`)
    await vi.waitUntil(() => world.logLines.join('').includes('secrets were rotated'), 10_000)
    expect((await browser.fetch('/api/me')).status).toBe(200)
    expect(await browser.cookieHeader()).not.toBe(before)
    await restart({})
    expect((await ask(before)).status).toBe(200)
    writeFileSync(file, fresh)
    await vi.waitUntil(() => world.logLines.join('').split('were rotated').length === 3, 10_000)
    expect((await browser.fetch('/api/me')).status).toBe(200)
    expect((await ask(before)).status).toBe(401)
  })

  test('a list of sessions stays usable when a session in it cannot be opened after a rotation', async () => {
    await open({ SESSION_SECRET: old })
    await world.signIn()
    const browser = await world.signIn()
    await restart({ SESSION_SECRET: `${fresh},${old}` })
    await browser.fetch('/api/session/extend', { method: 'POST' })
    await restart({ SESSION_SECRET: fresh })
    const { status, json } = await browser.fetch('/api/sessions')
    expect([status, json]).toMatchObject([200, [{ current: true }]])
    const others = await browser.fetch('/api/sessions?scope=others', { method: 'DELETE' })
    expect(others.status).toBe(204)
  })

  test('a new secret that does not open the store is refused, and the old secret stays in use', async () => {
    const file = join(folder, 'secret')
    writeFileSync(file, old)
    await open({ SESSION_SECRET_FILE: file })
    const browser = await world.signIn()
    writeFileSync(file, fresh)
    await vi.waitUntil(() => world.logLines.join('').includes('old secrets stay in use'), 10_000)
    expect((await browser.fetch('/api/me')).status).toBe(200)
    await world.signIn()
    await restart({ SESSION_SECRET_FILE: '', SESSION_SECRET: old })
    expect((await browser.fetch('/api/me')).status).toBe(200)
  })

  test('a new secret that is too short is logged, and the old secret stays in use', async () => {
    const file = join(folder, 'secret')
    writeFileSync(file, old)
    await open({ SESSION_SECRET_FILE: file })
    const browser = await world.signIn()
    writeFileSync(file, 'short')
    await vi.waitUntil(() => world.logLines.join('').includes('32 characters or more'), 10_000)
    expect((await browser.fetch('/api/me')).status).toBe(200)
  })
})
