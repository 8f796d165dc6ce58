import { decodeJwt } from 'jose'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startEmulator, type Emulator } from '../src/index.ts'
import { callGraph, callToken, client, tokensOf } from './support/sign-in.ts'

let emulator: Emulator
beforeEach(async () => {
  emulator = await startEmulator({ clients: [client] })
})
afterEach(() => emulator.close())

test('an access token for an app’s own API is exchanged on behalf of the user', async () => {
  const scope = `openid api://${client.clientId}/access_as_user`
  await tokensOf(emulator, 'Adele Vance')
  const { access, body } = await tokensOf(emulator, 'Adele Vance', scope)
  expect(decodeJwt(access)).toMatchObject({
    aud: client.clientId,
    scp: 'access_as_user',
    ver: '2.0',
  })
  const exchange = (assertion: string, scopes: string) =>
    callToken(emulator, {
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      requested_token_use: 'on_behalf_of',
      assertion,
      scope: scopes,
    })
  const exchanged = await exchange(access, 'User.Read')
  expect((await callGraph(emulator, '/me', String(exchanged.body['access_token']))).status).toBe(
    200,
  )
  expect((await exchange(access, 'Mail.Read')).body).toMatchObject({ suberror: 'consent_required' })
  expect((await exchange(String(body['id_token']), 'User.Read')).body).toMatchObject({
    error: 'invalid_grant',
  })
})
