import { describe, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/config.ts'
import { problemsOf, registered } from '../support/config-problems.ts'

describe('settings', () => {
  test('settings have the defaults of the original app', () => {
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
      session: { store: { kind: 'file', folder: '.data' }, idleMs: 3_600_000, maxMs: 43_200_000 },
    })
  })

  test('metrics are off by default, and then on this machine alone', () => {
    expect(loadConfig({}).metrics).toBeUndefined()
    expect(loadConfig({ METRICS_PORT: '9464' }).metrics).toEqual({ host: '127.0.0.1', port: 9464 })
  })

  test('all problems of the settings are reported at once, by name', () => {
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
    [{ METRICS_PORT: '3000' }, 'METRICS_PORT must be another port than PORT'],
    [{ METRICS_PORT: '65536' }, 'METRICS_PORT must be a whole number'],
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
  ])('wrong settings are refused: %j', (env, problem) => {
    expect(problemsOf(env).join()).toContain(problem)
  })

  test('http is allowed on loopback, and elsewhere only with INSECURE_HTTP', () => {
    const secret = { SESSION_SECRET: 's'.repeat(32) }
    for (const env of [secret, { ...secret, NODE_ENV: 'production' }]) {
      expect(problemsOf({ ...env, PUBLIC_URL: 'http://localhost:3000' })).toEqual([])
      expect(problemsOf({ ...env, PUBLIC_URL: 'http://10.0.0.1:3000' })).toHaveLength(1)
      const insisting = { ...env, INSECURE_HTTP: 'on' }
      expect(problemsOf({ ...insisting, PUBLIC_URL: 'http://10.0.0.1:3000' })).toEqual([])
    }
  })

  test('a public address that other machines can reach makes the settings those of production', () => {
    const url = 'https://app.example.com'
    expect(problemsOf({ PUBLIC_URL: url }).join()).toContain('SESSION_SECRET is required')
    const secret = { SESSION_SECRET: 's'.repeat(32) }
    expect(loadConfig({ ...secret, PUBLIC_URL: url }).production).toBe(true)
    expect(loadConfig({ ...secret, PUBLIC_URL: 'http://localhost:3000' }).production).toBe(false)
  })

  test.each(['false', '10.0.0.0/8, 192.168.1.1', 'loopback', 'linklocal,uniquelocal', '::1'])(
    'TRUST_PROXY accepts the names and networks of proxies: %s',
    (value) => {
      expect(problemsOf({ TRUST_PROXY: value })).toEqual([])
    },
  )

  test('an empty ENDPOINT means that there is no call to make', () => {
    expect(loadConfig({ ENDPOINT: '' }).endpoint).toBeUndefined()
  })
})
