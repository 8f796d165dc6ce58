import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { afterAll, describe, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/config.ts'
import { callsOf } from '../../src/downstream/calls.ts'
import { problemsOf, registered } from '../support/config-problems.ts'

describe('settings', () => {
  test('have the defaults of the original', () => {
    expect(loadConfig(registered)).toMatchObject({
      port: 3000,
      publicUrl: 'http://localhost:3000',
      redirectUri: 'http://localhost:3000/getAToken',
      endpoint: 'https://graph.microsoft.com/v1.0/me',
      scopes: ['User.Read'],
      entra: {
        authority: 'https://login.microsoftonline.com/organizations',
        prompt: 'select_account',
      },
      session: { store: { kind: 'file', folder: '.data' }, idle: 3_600_000, max: 43_200_000 },
    })
  })

  test('with problems are told all at once, by name', () => {
    const problems = problemsOf({
      NODE_ENV: 'production',
      PORT: '99999',
      PUBLIC_URL: 'http://app.example.com/path',
      SESSION_STORE: 'mysql://x',
      SESSION_IDLE: 'soon',
      PROMPT: 'maybe',
      ALLOWED_TENANTS: 'contoso.com',
      LOG_LEVEL: 'loud',
      ENDPOINT: 'http://graph.example.com/me',
      REDIRECT_PATH: 'getAToken',
    })
    const names = problems.map((problem) => problem.split(' ')[0])
    expect(new Set(names)).toEqual(
      new Set([
        'PORT',
        'PUBLIC_URL',
        'SESSION_STORE',
        'SESSION_SECRET',
        'SESSION_IDLE',
        'PROMPT',
        'ALLOWED_TENANTS',
        'LOG_LEVEL',
        'ENDPOINT',
        'REDIRECT_PATH',
      ]),
    )
  })

  test.each([
    [{ SESSION_SECRET: 'short' }, 'SESSION_SECRET must have 32'],
    [{ SESSION_SECRET: `${'a'.repeat(32)},x` }, 'SESSION_SECRET must have 32'],
    [{ SESSION_IDLE: '13h' }, 'SESSION_IDLE must not be longer'],
    [{ CLIENT_SECRET_FILE: '/nowhere/secret' }, 'CLIENT_SECRET_FILE cannot be read'],
    [{ PUBLIC_URL: 'app.example.com' }, 'PUBLIC_URL must be a URL'],
    [{ PUBLIC_URL: 'https://user:password@app.example.com' }, 'PUBLIC_URL must be an origin'],
    [{ SESSION_IDLE: '90ms' }, 'SESSION_IDLE must be a time'],
    [{ SESSION_IDLE: '1d12h' }, 'SESSION_IDLE must be a time'],
    [{ SESSION_MAX: '91d' }, '90 days at most'],
    [{ SESSION_MAX: '99999999d' }, 'SESSION_MAX must be a time'],
    [{ TRUST_PROXY: 'yes' }, 'TRUST_PROXY must be false, or the addresses'],
    [{ TRUST_PROXY: '1' }, 'TRUST_PROXY must be false, or the addresses'],
    [{ TRUST_PROXY: 'true' }, 'with true, callers could choose their address'],
    [{ TRUST_PROXY: '10.0.0.0/99' }, 'not "10.0.0.0/99"'],
    [{ TRUST_PROXY: 'loopback, fd00::/129' }, 'not "fd00::/129"'],
    [{ TRUST_PROXY: '0.0.0.0/0' }, 'not "0.0.0.0/0"'],
    [{ TRUST_PROXY: '::/0' }, 'not "::/0"'],
    [{ TRUST_PROXY: '10.0.0.0/8/8' }, 'not "10.0.0.0/8/8"'],
    [{ TRUST_PROXY: 'toString' }, 'not "toString"'],
    [{ PUBLIC_URL: 'http://app.example.com' }, 'to insist: INSECURE_HTTP=on'],
    [{ REDIRECT_PATH: '/auth/login' }, 'REDIRECT_PATH must be a path'],
    [{ REDIRECT_PATH: '/a/../b' }, 'REDIRECT_PATH must be a path'],
    [{ HTTPS_PROXY: 'proxy.example.com:8080' }, 'HTTPS_PROXY must be the URL of a proxy'],
    [{ SCOPE: ',' }, 'SCOPE must name a permission'],
  ])('%j are refused', (env, problem) => {
    expect(problemsOf(env).join()).toContain(problem)
  })

  test('admit http in production on loopback alone, and elsewhere too', () => {
    const secret = { SESSION_SECRET: 's'.repeat(32) }
    for (const env of [secret, { ...secret, NODE_ENV: 'production' }]) {
      expect(problemsOf({ ...env, PUBLIC_URL: 'http://localhost:3000' })).toEqual([])
      expect(problemsOf({ ...env, PUBLIC_URL: 'http://10.0.0.1:3000' })).toHaveLength(1)
      const insisting = { ...env, INSECURE_HTTP: 'on' }
      expect(problemsOf({ ...insisting, PUBLIC_URL: 'http://10.0.0.1:3000' })).toEqual([])
    }
  })

  test('for an address that other machines can reach are those of production', () => {
    const url = 'https://app.example.com'
    expect(problemsOf({ PUBLIC_URL: url }).join()).toContain('SESSION_SECRET is required')
    const secret = { SESSION_SECRET: 's'.repeat(32) }
    expect(loadConfig({ ...secret, PUBLIC_URL: url }).production).toBe(true)
    expect(loadConfig({ ...secret, PUBLIC_URL: 'http://localhost:3000' }).production).toBe(false)
  })

  test.each(['false', '10.0.0.0/8, 192.168.1.1', 'loopback', 'linklocal,uniquelocal', '::1'])(
    'trust the proxies that are named: %s',
    (value) => {
      expect(problemsOf({ TRUST_PROXY: value })).toEqual([])
    },
  )

  test('an empty ENDPOINT means that there is no call to make', () => {
    expect(loadConfig({ ENDPOINT: '' }).endpoint).toBeUndefined()
  })
})

describe('ENDPOINT and SCOPE', () => {
  const gov = 'https://login.microsoftonline.us/organizations'
  const external = 'https://contoso.ciamlogin.com/'

  test.each([
    ['https://login.microsoftonline.com/common', 'https://graph.microsoft.com'],
    [gov, 'https://graph.microsoft.us'],
    ['https://login.partner.microsoftonline.cn/common', 'https://microsoftgraph.chinacloudapi.cn'],
    ['https://login.sovcloud-identity.fr/organizations', 'https://graph.svc.sovcloud.fr'],
    ['https://login.sovcloud-identity.de/organizations', 'https://graph.svc.sovcloud.de'],
    ['https://login.sovcloud-identity.sg/organizations', 'https://graph.svc.sovcloud.sg'],
    [external, 'https://graph.microsoft.com'],
  ])('follow the Graph of the cloud of AUTHORITY: %s, %s', (AUTHORITY, graph) => {
    const config = loadConfig({ ...registered, AUTHORITY })
    expect(config.endpoint).toBe(`${graph}/v1.0/me`)
    for (const { upstream } of callsOf(config)) expect(new URL(upstream).origin).toBe(graph)
  })

  test.each([
    [{ AUTHORITY: gov, ENDPOINT: 'https://graph.microsoft.com/v1.0/me' }, 'ENDPOINT must be on'],
    [{ AUTHORITY: gov, SCOPE: 'https://graph.microsoft.com/User.Read' }, 'SCOPE must be short'],
    [{ SCOPE: 'api://some-api/read' }, 'SCOPE must be short names such as User.Read'],
    [{ ENDPOINT: 'https://api.example.com/v1.0/me' }, 'SCOPE must name the API at ENDPOINT'],
    [
      { ENDPOINT: 'https://api.example.com/', SCOPE: 'api://some-api/read User.Read' },
      'such as api://',
    ],
    [{ ENDPOINT: 'https://api.example.com/', SCOPE: 'openid' }, 'SCOPE must name the API'],
    [
      { ENDPOINT: 'https://api.example.com/', SCOPE: 'HTTPS://graph.microsoft.com/User.Read' },
      'SCOPE must name the API',
    ],
    [
      {
        ENDPOINT: 'https://api.example.com/',
        SCOPE: '00000003-0000-0000-c000-000000000000/User.Read',
      },
      'SCOPE must name the API',
    ],
    [
      {
        ENDPOINT: 'https://graph.microsoft.com.evil.example/v1.0/me',
        SCOPE: 'https://graph.microsoft.us/.default',
      },
      'SCOPE must name the API',
    ],
  ])('that would send a token to another API than its own are refused: %j', (env, problem) => {
    expect(problemsOf({ ...registered, ...env }).join()).toContain(problem)
  })

  test.each([
    { AUTHORITY: gov, ENDPOINT: 'https://dod-graph.microsoft.us/v1.0/me' },
    { AUTHORITY: gov, SCOPE: 'https://graph.microsoft.us/User.Read' },
    { ENDPOINT: 'https://graph.microsoft.com/beta/me', SCOPE: 'openid User.Read' },
    { ENDPOINT: 'https://api.example.com/orders', SCOPE: 'openid api://some-api/read' },
    { ENDPOINT: 'http://localhost:5000/orders', SCOPE: 'User.Read' },
  ])('that fit together are taken: %j', (env) => {
    expect(problemsOf({ ...registered, ...env })).toEqual([])
  })

  test.each([
    ['https://api.example.com/v1.0/me', 'api://some-api/read', 'https://graph.microsoft.com'],
    ['https://graph.microsoft.com/beta/me', 'User.Read', 'https://graph.microsoft.com'],
    ['http://127.0.0.1:4000/v1.0/me', 'User.Read', 'http://127.0.0.1:4000'],
    ['http://127.0.0.1:4000/orders', 'api://some-api/read', 'https://graph.microsoft.com'],
  ])('beside %s, the other calls go to Graph: %s, %s', (ENDPOINT, SCOPE, graph) => {
    const [, ...others] = callsOf(loadConfig({ ...registered, ENDPOINT, SCOPE }))
    expect(others).toHaveLength(3)
    for (const { upstream } of others) expect(new URL(upstream).origin).toBe(graph)
  })
})

describe('the redirect URI', () => {
  test.each([
    [{ PUBLIC_URL: 'http://[::1]:3000' }, 'PUBLIC_URL must be http://localhost:3000'],
    [{ PUBLIC_URL: 'https://*.example.com' }, 'PUBLIC_URL must have none of'],
    [{ PUBLIC_URL: "https://app's.example.com" }, 'PUBLIC_URL must have none of'],
    [{ PUBLIC_URL: 'https://app.example.com/#x' }, 'PUBLIC_URL must be an origin'],
    [{ REDIRECT_PATH: '/get(A)Token' }, 'REDIRECT_PATH must have none of'],
    [{ REDIRECT_PATH: '/a*' }, 'REDIRECT_PATH must have none of'],
    [{ REDIRECT_PATH: '/a#b' }, 'REDIRECT_PATH must be a path'],
    [{ REDIRECT_PATH: `/${'a'.repeat(250)}` }, 'REDIRECT_PATH is too long'],
    [{ PUBLIC_URL: `https://${'a.'.repeat(124)}example.com` }, 'PUBLIC_URL is too long'],
  ])('that Entra would refuse is told at the start: %j', (env, problem) => {
    expect(problemsOf(env).join()).toContain(problem)
  })

  test.each([
    { PUBLIC_URL: 'http://127.0.0.1:3000' },
    { REDIRECT_PATH: `/${'a'.repeat(256 - 'http://localhost:3000/'.length)}` },
  ])('that Entra takes is no problem: %j', (env) => {
    expect(problemsOf(env)).toEqual([])
  })
})

describe('AUTHORITY', () => {
  const tenant = '5f3b1c52-9d0e-4a57-8c3b-2f6a1e8d7c10'
  const settingFor = (value: string) => {
    const { setup } = loadConfig({ ...registered, AUTHORITY: value, ENDPOINT: '' })
    return setup.find(({ name }) => name === 'AUTHORITY')
  }

  test.each([
    [`https://login.microsoftonline.com/${tenant}`],
    ['https://login.microsoftonline.com/contoso.onmicrosoft.com'],
    ['https://login.microsoftonline.com/common'],
    ['https://login.microsoftonline.com/consumers'],
    ['https://login.microsoftonline.com/organizations/v2.0/', '/organizations'],
    ['https://login.microsoftonline.us/contoso.us'],
    ['https://login.partner.microsoftonline.cn/organizations'],
    [`https://login.sovcloud-identity.fr/${tenant}`],
    [`https://login.sovcloud-identity.de/${tenant}`],
    [`https://login.sovcloud-identity.sg/${tenant}`],
    [`https://contoso.ciamlogin.com/${tenant}`],
    ['https://contoso.ciamlogin.com/contoso.onmicrosoft.com'],
    ['https://contoso.ciamlogin.com/', '/contoso.onmicrosoft.com'],
    ['https://contoso.ciamlogin.com', '/contoso.onmicrosoft.com'],
    [`https://login.contoso.com/${tenant}`],
    [`http://localhost:4000/${tenant}`],
  ])('%s is taken', (value, path = new URL(value).pathname) => {
    const { entra } = loadConfig({ ...registered, AUTHORITY: value, ENDPOINT: '' })
    expect(entra?.authority).toBe(`${new URL(value).origin}${path}`)
  })

  test.each([
    [`https://login.windows.net/${tenant}`, 'Write https://login.microsoftonline.com/'],
    [`https://login.microsoft.com/${tenant}`, 'Write https://login.microsoftonline.com/'],
    [`https://sts.windows.net/${tenant}/`, 'Write https://login.microsoftonline.com/'],
    ['https://login.chinacloudapi.cn/common', 'Write https://login.partner.microsoftonline.cn/'],
    ['https://login.microsoftonline.com/', 'Must end in one tenant'],
    ['https://login.microsoftonline.com/contoso', 'Must end in one tenant'],
    [`https://login.microsoftonline.com/${tenant}/oauth2`, 'Must end in one tenant'],
    [`https://login.microsoftonline.com/${tenant}?x=y`, 'Must end after the tenant'],
    [`https://me:pw@login.microsoftonline.com/${tenant}`, 'Must end after the tenant'],
    ['https://login.microsoftonline.us/consumers', 'This cloud has no personal accounts'],
    ['https://contoso.ciamlogin.com/common', 'Must name the tenant'],
    ['https://contoso.b2clogin.com/contoso.onmicrosoft.com/B2C_1_signin', 'B2C is not supported'],
    [
      'https://login.microsoftonline.com/tfp/contoso.onmicrosoft.com/B2C_1_x',
      'B2C is not supported',
    ],
    ['https://login.contoso.com/contoso.onmicrosoft.com/B2C_1A_x', 'B2C is not supported'],
    ['https://fs.contoso.com/adfs', 'AD FS is not supported'],
    ['https://login.contoso.com/', 'Must end in one tenant'],
  ])('%s is invalid, and the Setup view says what to write', (value, sentence) => {
    expect(settingFor(value)).toMatchObject({
      status: 'invalid',
      detail: expect.stringContaining(sentence) as string,
    })
  })
})

describe('values from the app registration', () => {
  test.each([
    ['CLIENT_ID', '', 'missing'],
    ['CLIENT_ID', '<client id>', 'invalid'],
    ['CLIENT_ID', 'my-app', 'invalid'],
    ['CLIENT_SECRET', registered.CLIENT_ID, 'invalid'],
    ['AUTHORITY', 'https://login.microsoftonline.com/<tenant id>', 'invalid'],
    ['AUTHORITY', 'http://login.microsoftonline.com/common', 'invalid'],
    ['AUTHORITY', 'login.microsoftonline.com/common', 'invalid'],
  ])('%s=%s is %s: the Setup view says so, and the server starts', (name, value, status) => {
    const config = loadConfig({ ...registered, [name]: value })
    expect(config.entra).toBeUndefined()
    expect(config.setup.find((setting) => setting.name === name)).toMatchObject({ status })
  })

  const folder = mkdtempSync(join(tmpdir(), 'entra-bff-config-'))
  afterAll(() => {
    rmSync(folder, { recursive: true })
  })

  test('a secret may come from a file', () => {
    const file = join(folder, 'secret')
    writeFileSync(file, 'from~a~file\n')
    const env = { ...registered, CLIENT_SECRET: '', CLIENT_SECRET_FILE: file }
    expect(loadConfig(env).entra?.clientSecret).toBe('from~a~file')
  })
})

describe('.env.sample', () => {
  const sample = parseEnv(readFileSync(new URL('../../../.env.sample', import.meta.url), 'utf8'))
  const ofScriptsOnly = ['BFF_PORT', 'EMULATOR_PORT']

  test('names every setting there is, and no other', () => {
    const read = new Set<string>()
    loadConfig(new Proxy({}, { get: (_env, name) => void read.add(String(name)) }))
    const settings = [...read].filter((name) => !name.endsWith('_FILE'))
    expect(Object.keys(sample).sort()).toEqual([...settings, ...ofScriptsOnly].sort())
  })

  test('shows the defaults', () => {
    expect(loadConfig(sample)).toEqual(loadConfig({}))
  })
})
