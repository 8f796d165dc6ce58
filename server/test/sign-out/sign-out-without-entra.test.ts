import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { World } from '../support/world.ts'

test('a server that cannot reach Entra since its start ends sessions and leads home', async () => {
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
