import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { World } from '../support/world.ts'

test('a sign-out at a server that never reached Entra ends the session and leads home', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'entra-bff-without-entra-'))
  const world = await World.open({ SESSION_STORE: `file:${folder}` })
  const browser = await world.signIn()
  await world.stopServer()
  await world.emulator.close()
  await world.startServer()
  const cookie = await browser.cookieHeader()
  const { status, headers } = await browser.submit('/auth/logout')
  expect([status, new URL(String(headers['location']), world.origin).origin]).toEqual([
    303,
    world.origin,
  ])
  const answer = await fetch(`${world.origin}/api/me`, { headers: { cookie, 'x-csrf': '1' } })
  expect(await answer.json()).toMatchObject({ code: 'session_revoked' })
  await world.stopServer()
  rmSync(folder, { recursive: true })
})

test('a sign-out while Entra is down ends the session here and goes home', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'entra-bff-sign-out-'))
  const fresh = await World.open({ SESSION_STORE: `file:${folder}` })
  const browser = await fresh.signIn()
  const cookie = await browser.cookieHeader()
  await fresh.emulator.close()
  // A server that has just started does not know Entra's addresses yet.
  await fresh.stopServer()
  await fresh.startServer()
  const { status, headers } = await browser.submit('/auth/logout')
  expect([status, headers['location']]).toEqual([303, `${fresh.origin}/login?signedOut`])
  const after = await fetch(`${fresh.origin}/api/session`, { headers: { cookie, 'x-csrf': '1' } })
  expect(await after.json()).toMatchObject({ authenticated: false })
  await fresh.stopServer()
  rmSync(folder, { recursive: true })
})

test('a sign-out leads to Entra once its address is known, without asking whether Entra is up', async () => {
  const fresh = await World.open()
  const browser = await fresh.signIn()
  await fresh.emulator.close()
  const { headers } = await browser.submit('/auth/logout')
  expect(headers['location']).toContain('/oauth2/v2.0/logout?')
  expect((await browser.fetch('/api/session')).json).toMatchObject({ authenticated: false })
  await fresh.close()
})
