import { decodeJwt } from 'jose'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startEmulator, type Emulator } from '../src/index.ts'
import { Browser } from './support/browser.ts'
import { answerOf, authorizeUrl, callToken, client, signIn, tokensOf } from './support/sign-in.ts'

const api = { clientId: 'a1b2c3d4-0000-4000-8000-00000000000a', redirectUris: [] }

let emulator: Emulator
beforeEach(async () => {
  const clients = [
    client,
    { ...api, name: 'An API', exposedScopes: ['Things.Read', 'Things.Write'] },
  ]
  emulator = await startEmulator({ clients })
})
afterEach(() => emulator.close())

async function refusalOf(scope: string) {
  return answerOf(
    await signIn(new Browser(emulator.url), authorizeUrl(emulator, { scope }), 'Adele'),
  )
}

describe('a scope of Graph', () => {
  test.each([
    'user.read',
    'USER.READ',
    'https://graph.microsoft.com/User.Read',
    'https://Graph.Microsoft.com/user.read',
    '00000003-0000-0000-c000-000000000000/User.Read',
    'https://graph.microsoft.com/.default',
    '.default',
  ])('has several names: %s', async (scope) => {
    const { access, body } = await tokensOf(emulator, 'Adele Vance', `openid ${scope}`)
    expect(decodeJwt(access)).toMatchObject({
      aud: 'https://graph.microsoft.com',
      scp: 'openid User.Read',
    })
    expect(body['scope']).toBe('openid User.Read')
  })

  test('is granted once when it is requested by several names', async () => {
    const scope = 'OpenId User.Read user.read https://graph.microsoft.com/User.Read'
    const { body } = await tokensOf(emulator, 'Adele Vance', scope)
    expect(body['scope']).toBe('openid User.Read')
  })

  test.each([
    ['https://login.microsoftonline.us', 'https://graph.microsoft.us'],
    ['https://login.microsoftonline.us', 'https://dod-graph.microsoft.us'],
    ['https://login.partner.microsoftonline.cn', 'https://microsoftgraph.chinacloudapi.cn'],
    ['https://login.sovcloud-identity.fr', 'https://graph.sovcloud.example'],
  ])('may begin with the Graph of the cloud: %s has %s', async (publicUrl, graphUrl) => {
    const front = await startEmulator({ publicUrl, graphUrl, clients: [client] })
    const here = { ...front, authority: front.authority.replace(publicUrl, front.url) }
    const { access } = await tokensOf(here, 'Adele Vance', `${graphUrl}/User.Read`)
    expect(decodeJwt(access)).toMatchObject({ aud: graphUrl, scp: 'User.Read' })
    await front.close()
  })

  test.each(['Nothing.Read', 'https://graph.microsoft.com/Nothing.Read'])(
    'that does not exist is refused as invalid_client: %s',
    async (scope) => {
      const answer = await refusalOf(`openid ${scope}`)
      expect(answer).toMatchObject({ error: 'invalid_client' })
      expect(answer['error_description']).toMatch(
        /^AADSTS650053: The application 'Test application' asked for scope 'Nothing.Read' that doesn't exist on the resource '00000003-/,
      )
    },
  )

  test('must not be combined with .default', async () => {
    const answer = await refusalOf('https://graph.microsoft.com/.default Mail.Read')
    expect(answer['error']).toBe('invalid_scope')
    expect(answer['error_description']).toMatch(/^AADSTS70011: /)
  })
})

describe('a scope of an app’s API', () => {
  test.each([
    [`api://${api.clientId}/things.read`, 'Things.Read'],
    [`API://${api.clientId.toUpperCase()}/Things.Read`, 'Things.Read'],
    [`${api.clientId}/Things.Read`, 'Things.Read'],
    [`api://${api.clientId}/.default`, 'Things.Read Things.Write'],
  ])('gives a token for that API: %s', async (scope, scp) => {
    await tokensOf(emulator, 'Adele Vance')
    const { access, body } = await tokensOf(emulator, 'Adele Vance', scope)
    expect(decodeJwt(access)).toMatchObject({ aud: api.clientId, scp })
    const names = scp.split(' ').map((name) => `api://${api.clientId}/${name}`)
    expect(body['scope']).toBe(names.join(' '))
  })

  test.each([
    ['api://no-such-app/anything', 'api://no-such-app'],
    ['https://vault.azure.net/.default', 'https://vault.azure.net'],
  ])('is refused when the API is not registered: %s', async (scope, resource) => {
    const answer = await refusalOf(`openid ${scope}`)
    expect(answer).toMatchObject({ error: 'invalid_resource', state: 'a state' })
    expect(answer['error_description']).toContain(
      `AADSTS500011: The resource principal named ${resource} was not found`,
    )
    const { refresh } = await tokensOf(emulator, 'Adele Vance')
    const form = { grant_type: 'refresh_token', refresh_token: refresh, scope }
    expect(await callToken(emulator, form)).toMatchObject({
      status: 400,
      body: {
        error: 'invalid_resource',
        error_uri: 'https://login.microsoftonline.com/error?code=500011',
      },
    })
  })

  test('that the API does not expose is refused as invalid_client', async () => {
    const answer = await refusalOf(`api://${api.clientId}/Things.Delete`)
    expect(answer).toMatchObject({ error: 'invalid_client' })
    expect(answer['error_description']).toContain(`on the resource '${api.clientId}'`)
  })

  test('named .default is refused when the API exposes no scope', async () => {
    emulator.registerClient(api)
    const answer = await refusalOf(`api://${api.clientId}/.default`)
    expect(answer).toMatchObject({ error: 'invalid_resource' })
    expect(answer['error_description']).toContain('AADSTS650057')
  })
})

test('openid alone gives a token without a scope of Graph', async () => {
  const { access } = await tokensOf(emulator, 'Adele Vance', 'openid profile')
  expect(decodeJwt(access)['scp']).toBe('openid profile')
})

test('the resource parameter is refused at every endpoint', async () => {
  const refused = { error: 'invalid_target', error_codes: [9010010] }
  const resource = 'https://graph.microsoft.com'
  const page = await new Browser(emulator.url).open(authorizeUrl(emulator, { resource }))
  expect(answerOf(page)['error']).toBe('invalid_target')
  const form = { grant_type: 'refresh_token', resource }
  expect((await callToken(emulator, form)).body).toMatchObject(refused)
  const response = await fetch(`${emulator.authority}/oauth2/v2.0/devicecode`, {
    method: 'POST',
    body: new URLSearchParams({ client_id: client.clientId, scope: 'openid', resource }),
  })
  expect(await response.json()).toMatchObject(refused)
})
