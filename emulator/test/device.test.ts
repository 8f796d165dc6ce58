import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { startEmulator, type Emulator } from '../src/index.ts'
import { callToken, client, tokensOf } from './support/sign-in.ts'

let emulator: Emulator
beforeEach(async () => {
  emulator = await startEmulator({ clients: [client] })
})
afterEach(async () => {
  vi.useRealTimers()
  await emulator.close()
})

async function startDevice(scope: string) {
  const response = await fetch(`${emulator.authority}/oauth2/v2.0/devicecode`, {
    method: 'POST',
    body: new URLSearchParams({ client_id: client.clientId, scope }),
  })
  return (await response.json()) as { user_code: string; device_code: string; interval: number }
}

test('a device code waits, slows down, expires', async () => {
  const { device_code: code, interval } = await startDevice('openid User.Read')
  expect(interval).toBe(5)
  const poll = () => callToken(emulator, { grant_type: 'device_code', device_code: code })
  expect((await poll()).body['error']).toBe('authorization_pending')
  expect((await poll()).body['error']).toBe('slow_down')
  vi.useFakeTimers({ toFake: ['Date'] })
  vi.setSystemTime(Date.now() + 900_000)
  expect((await poll()).body).toMatchObject({ error: 'expired_token', error_codes: [70020] })
})

test('only what came by device sign-in is refreshed without the secret', async () => {
  const refreshAlone = async (token: string) => {
    const form = { client_id: client.clientId, grant_type: 'refresh_token', refresh_token: token }
    const body = new URLSearchParams(form)
    const url = `${emulator.authority}/oauth2/v2.0/token`
    return (await fetch(url, { method: 'POST', body })).status
  }
  expect(await refreshAlone((await tokensOf(emulator, 'Adele Vance')).refresh)).toBe(401)
  const started = await startDevice('openid offline_access User.Read')
  emulator.approveDeviceCode(started.user_code, 'AdeleV@contoso.onmicrosoft.com')
  const { body } = await callToken(emulator, {
    grant_type: 'device_code',
    device_code: started.device_code,
  })
  expect(await refreshAlone(String(body['refresh_token']))).toBe(200)
})
