import { afterEach, describe, expect, test, vi } from 'vitest'
import { startDeviceLogin, statusOf } from '../../support/device-login.ts'
import { adele, World } from '../../support/world.ts'

let world: World
afterEach(async () => {
  vi.useRealTimers()
  await world.close()
})

/** The report of a device login that fails. */
async function failureOf(username: string): Promise<unknown> {
  const login = await startDeviceLogin(world.openBrowser())
  world.emulator.approveDeviceCode(login.userCode, username)
  const state = (await statusOf(login)) as { errorRef?: string }
  return (await login.browser.fetch(`/api/errors/${state.errorRef ?? ''}`)).json
}

describe('device logins', () => {
  test('a device login of a tenant that is not allowed is refused', async () => {
    world = await World.open({ DEVICE_LOGIN: 'on' })
    await world.stopServer()
    const contoso = world.emulator.tenantId
    const authority = { AUTHORITY: `${world.emulator.url}/common`, ALLOWED_TENANTS: contoso }
    await world.startServer(authority)
    expect(await failureOf('RobinK@fabrikam.onmicrosoft.com')).toMatchObject({
      code: 'tenant_not_allowed',
    })
  })

  test('a device login accepts no ID token with a nonce, since it sent none', async () => {
    world = await World.open({ DEVICE_LOGIN: 'on' })
    world.emulator.tamperNextIdToken((claims) => ({ ...claims, nonce: 'of another sign-in' }))
    expect(await failureOf(adele)).toMatchObject({ code: 'nonce_mismatch' })
  })
})
