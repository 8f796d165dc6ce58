import { decodeJwt } from 'jose'
import * as openid from 'openid-client'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startEmulator, type Emulator } from '../src/index.ts'
import { discover } from './support/openid.ts'
import { callGraph, callToken, client } from './support/sign-in.ts'

const publicId = '99999999-2222-4333-8444-555555555555'
const graph = 'https://graph.microsoft.com/.default'

let emulator: Emulator
beforeEach(async () => {
  const publicClient = { clientId: publicId, redirectUris: [] }
  emulator = await startEmulator({ clients: [client, publicClient] })
})
afterEach(() => emulator.close())

test('an app gets a token of its own, without roles, a user or a refresh token', async () => {
  const config = await discover(emulator, 's3cret')
  const tokens = await openid.clientCredentialsGrant(config, { scope: graph })
  expect(tokens).not.toHaveProperty('refresh_token')
  const claims = decodeJwt(tokens.access_token)
  expect(claims).toMatchObject({ appid: client.clientId, idtyp: 'app', tid: emulator.tenantId })
  expect(claims).not.toHaveProperty('roles')
  expect(claims).not.toHaveProperty('scp')
  expect((await callGraph(emulator, '/me', tokens.access_token)).status).toBe(401)
})

test('an app gets a token of its own for the API of an app', async () => {
  const scope = `api://${client.clientId}/.default`
  const { body } = await callToken(emulator, { grant_type: 'client_credentials', scope })
  expect(decodeJwt(String(body['access_token']))).toMatchObject({ aud: client.clientId })
})

test.each([
  ['a wrong secret', { client_secret: 'other' }, 7000215],
  ['a public client', { client_id: publicId, client_secret: '' }, 700025],
  ['a scope that is not .default', { scope: 'User.Read' }, 1002012],
  ['an unknown resource', { scope: 'https://nowhere.example/.default' }, 500011],
  ['no scope', { scope: '' }, 900144],
])('a request for a token of the app itself is refused with %s', async (_name, change, aadsts) => {
  const form = { grant_type: 'client_credentials', scope: graph, ...change }
  expect((await callToken(emulator, form)).body).toMatchObject({ error_codes: [aadsts] })
})

test('a public client without a secret gets no token of its own', async () => {
  const form = { grant_type: 'client_credentials', scope: graph, client_id: publicId }
  const url = `${emulator.authority}/oauth2/v2.0/token`
  const answer = await fetch(url, { method: 'POST', body: new URLSearchParams(form) })
  expect(await answer.json()).toMatchObject({ error_codes: [7000218] })
})

test.each(['common', 'organizations', 'consumers'])(
  'an app gets no token of its own at an address without a tenant: %s',
  async (name) => {
    const form = {
      grant_type: 'client_credentials',
      scope: graph,
      client_id: client.clientId,
      client_secret: 's3cret',
    }
    const url = `${emulator.url}/${name}/oauth2/v2.0/token`
    const answer = await fetch(url, { method: 'POST', body: new URLSearchParams(form) })
    expect(await answer.json()).toMatchObject({ error_codes: [50059] })
  },
)
