import * as openid from 'openid-client'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startEmulator, type Emulator } from '../src/index.ts'
import { Browser } from './support/browser.ts'
import { discover } from './support/openid.ts'
import { callGraph, client, redirectUri, signIn, tokensOf, verifier } from './support/sign-in.ts'

let emulator: Emulator
beforeEach(async () => {
  emulator = await startEmulator({ clients: [client] })
})
afterEach(() => emulator.close())

type Document = Record<string, unknown>

async function documentOf(authority: string): Promise<Document> {
  const response = await fetch(`${authority}/v2.0/.well-known/openid-configuration`)
  return (await response.json()) as Document
}

/** All addresses in a document, those of nested members included. */
function addressesIn(document: Document): [string, string][] {
  return Object.entries(document).flatMap(([name, value]): [string, string][] => {
    if (typeof value === 'string') return /^https?:/.test(value) ? [[name, value]] : []
    return typeof value === 'object' && !Array.isArray(value)
      ? addressesIn((value ?? {}) as Document)
      : []
  })
}

describe('the discovery document', () => {
  test.each(['contoso.onmicrosoft.com', 'common', 'organizations'])(
    'of %s names only addresses that answer',
    async (tenant) => {
      const document = await documentOf(`${emulator.url}/${tenant}`)
      // The issuer is an identifier, and `rbac_url` is a service of Azure.
      const { issuer, rbac_url: rbac, ...rest } = document
      expect([issuer, rbac]).toEqual([expect.any(String), 'https://pas.windows.net'])
      const addresses = addressesIn(rest)
      expect(addresses).toHaveLength(8)
      for (const [name, url] of addresses) {
        expect(url, name).toMatch(emulator.url)
        const method = /token|device/.test(name) ? 'POST' : 'GET'
        expect((await fetch(url, { method, redirect: 'manual' })).status, name).not.toBe(404)
      }
    },
  )

  test('has the members that Entra has', async () => {
    const document = await documentOf(emulator.authority)
    expect(document).toMatchObject({
      kerberos_endpoint: `${emulator.authority}/kerberos`,
      tls_client_certificate_bound_access_tokens: true,
      mtls_endpoint_aliases: { token_endpoint: document['token_endpoint'] },
    })
    expect(document['token_endpoint_auth_methods_supported']).toContain(
      'self_signed_tls_client_auth',
    )
  })

  test.each([
    ['login.microsoftonline.us', 'graph.microsoft.us', 'microsoftonline.us'],
    [
      'login.partner.microsoftonline.cn',
      'microsoftgraph.chinacloudapi.cn',
      'partner.microsoftonline.cn',
    ],
  ])('of %s names the hosts of that cloud', async (login, graph, instance) => {
    const options = { publicUrl: `https://${login}`, graphUrl: `https://${graph}` }
    const front = await startEmulator(options)
    expect(await documentOf(`${front.url}/common`)).toMatchObject({
      issuer: `https://${login}/{tenantid}/v2.0`,
      msgraph_host: graph,
      cloud_instance_name: instance,
    })
    await front.close()
  })
})

describe('instance discovery', () => {
  const ask = async (query: Record<string, string>) => {
    const url = `${emulator.url}/common/discovery/instance?${new URLSearchParams(query).toString()}`
    const response = await fetch(url)
    return { status: response.status, body: (await response.json()) as Document }
  }

  test.each(['fabrikam.onmicrosoft.com', 'common', 'nowhere.example'])(
    'names the OpenID configuration of the authority %s',
    async (tenant) => {
      const asked = `${emulator.url}/${tenant}/oauth2/v2.0/authorize`
      expect(await ask({ 'api-version': '1.1', authorization_endpoint: asked })).toMatchObject({
        status: 200,
        body: {
          tenant_discovery_endpoint: `${emulator.url}/${tenant}/v2.0/.well-known/openid-configuration`,
        },
      })
    },
  )

  test.each(['https://login.evil.example/common/oauth2/v2.0/authorize', 'nonsense'])(
    'refuses the authority %s',
    async (asked) => {
      expect(await ask({ authorization_endpoint: asked })).toMatchObject({
        status: 400,
        body: { error: 'invalid_instance', error_codes: [50049] },
      })
    },
  )

  test('refuses a request without an authority', async () => {
    expect((await ask({})).body).toMatchObject({ error_codes: [900144] })
  })
})

describe('userinfo', () => {
  test('has the subject of the ID token, as openid-client checks', async () => {
    const config = await discover(emulator, 's3cret')
    const url = openid.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope: 'openid profile email User.Read',
      code_challenge: await openid.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    })
    const page = await signIn(new Browser(emulator.url), url.href, 'Adele Vance')
    const checks = { pkceCodeVerifier: verifier }
    const tokens = await openid.authorizationCodeGrant(config, new URL(page.url), checks)
    const subject = tokens.claims()?.sub ?? ''
    expect(await openid.fetchUserInfo(config, tokens.access_token, subject)).toEqual({
      sub: subject,
      name: 'Adele Vance',
      given_name: 'Adele',
      family_name: 'Vance',
      email: 'AdeleV@contoso.onmicrosoft.com',
      picture: `${emulator.graphUrl}/me/photo/$value`,
    })
  })

  test('needs a token with the scope openid', async () => {
    const address = `${emulator.url}/oidc/userinfo`
    expect((await fetch(address)).status).toBe(401)
    const { access } = await tokensOf(emulator, 'Adele Vance', 'User.Read')
    const headers = { authorization: `Bearer ${access}` }
    expect((await fetch(address, { method: 'POST', headers })).status).toBe(403)
    expect((await callGraph(emulator, '/me', access)).status).toBe(200)
  })
})
