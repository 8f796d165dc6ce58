import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeCertificates } from '../support/certificates.ts'
import { freePort } from '../support/free-port.ts'
import { hasRedis, RedisServer, storeRights } from '../support/redis-server.ts'
import { World } from '../support/world.ts'

const password = 'hunter2-hunter2'
let redis: RedisServer | undefined
beforeEach(() => {
  redis = undefined
})
afterEach(() => redis?.close())

/** The settings of an app whose SESSION_STORE is this. */
function on(SESSION_STORE: string): Record<string, string> {
  return { SESSION_STORE, SESSION_SECRET: 's'.repeat(32) }
}

/** Starts a server that signs somebody in. */
async function expectSignIn(settings: Record<string, string>): Promise<World> {
  const world = await World.open(settings)
  try {
    expect(await (await world.signIn()).isSignedIn()).toBe(true)
    return world
  } finally {
    await world.close()
  }
}

/** @returns the sentence that ends the start */
async function refusal(settings: Record<string, string>): Promise<string> {
  const error = await World.open(settings).then(
    (world) => world.close(),
    (cause: unknown) => cause,
  )
  expect(error).toMatchObject({ name: 'ConfigError' })
  const { message } = error as Error
  expect(message).toContain('correct the host')
  expect(message).not.toContain(password)
  return message
}

describe.skipIf(!hasRedis)('the start on Redis', () => {
  test('the server signs people in on a Redis that asks for user and password', async () => {
    redis = await RedisServer.start('--user', 'app', 'on', `>${password}`, ...storeRights)
    await expectSignIn(on(`redis://app:${password}@${redis.address}/5`))
  })

  test('the server signs people in on a Redis that asks for a password alone', async () => {
    redis = await RedisServer.start('--requirepass', password)
    await expectSignIn(on(`redis://:${password}@${redis.address}`))
  })

  test.each([
    ['a wrong password', (address: string) => `redis://app:x${password}@${address}`, /WRONGPASS/],
    ['an unknown user', (address: string) => `redis://nobody:${password}@${address}`, /WRONGPASS/],
    ['no password', (address: string) => `redis://${address}`, /NOAUTH/],
    ['a user without rights', (address: string) => `redis://poor:${password}@${address}`, /NOPERM/],
    [
      'a database that does not exist',
      (address: string) => `redis://app:${password}@${address}/99`,
      /DB index is out of range/,
    ],
    ['TLS where Redis has none', (address: string) => `rediss://${address}`, /cannot be used: ./],
    ['an unknown host', () => 'redis://nowhere.invalid', /ENOTFOUND|EAI_AGAIN/],
    ['a port where nothing listens', () => 'redis://localhost:1', /ECONNREFUSED/],
    [
      'sentinels that do not answer',
      () => 'redis+sentinel://127.0.0.1:1/?master=sessions',
      /failed to connect to sentinel 127.0.0.1:1/,
    ],
    ['a cluster that does not answer', () => 'redis+cluster://127.0.0.1:1', /Connection is closed/],
  ])('the start ends with a sentence that tells no password: %s', async (_case, storeAt, cause) => {
    redis = await RedisServer.start(
      ...['--requirepass', password],
      ...['--user', 'app', 'on', `>${password}`, '~*', '+@all'],
      ...['--user', 'poor', 'on', `>${password}`, '~*', '+@connection', '+info', '+get'],
    )
    expect(await refusal(on(storeAt(redis.address)))).toMatch(cause)
  })

  test('the start ends with a sentence where Redis is full, or a replica', async () => {
    redis = await RedisServer.start('--maxmemory', '1')
    expect(await refusal(redis.settings)).toContain('OOM')
    redis.cli('config', 'set', 'maxmemory', '0')
    redis.cli('replicaof', '127.0.0.1', '1')
    expect(await refusal(redis.settings)).toContain('READONLY')
  })

  test('the start ends with a sentence where Redis gives no answer', async () => {
    redis = await RedisServer.start()
    redis.pause()
    expect(await refusal(redis.settings)).toContain('cannot be used')
  })

  test('the connection is encrypted, each side shows its certificate, and another authority is refused', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'entra-bff-redis-tls-'))
    const { authorityFile, key, certificate } = await makeCertificates(folder, ['localhost'])
    const files = {
      REDIS_KEY_FILE: join(folder, 'key.pem'),
      REDIS_CERT_FILE: join(folder, 'c.pem'),
    }
    writeFileSync(files.REDIS_KEY_FILE, key)
    writeFileSync(files.REDIS_CERT_FILE, certificate)
    const port = String(await freePort())
    redis = await RedisServer.start(
      ...['--tls-port', port, '--tls-auth-clients', 'yes', '--tls-ca-cert-file', authorityFile],
      ...['--tls-cert-file', files.REDIS_CERT_FILE, '--tls-key-file', files.REDIS_KEY_FILE],
    )
    const store = on(`rediss://localhost:${port}`)
    await expectSignIn({ ...store, ...files, REDIS_CA_FILE: authorityFile })
    expect(await refusal({ ...store, ...files })).toContain('certificate')
    expect(await refusal({ ...store, REDIS_CA_FILE: authorityFile })).toContain('cannot be used')
    expect(await refusal(on(`rediss://127.0.0.1:${port}`))).toContain('certificate')
    rmSync(folder, { recursive: true })
  })

  test.each([
    [['--maxmemory', '100mb', '--maxmemory-policy', 'volatile-lru'], 1],
    [['--maxmemory', '100mb', '--maxmemory-policy', 'noeviction'], 0],
    [['--maxmemory-policy', 'allkeys-lru'], 0],
  ])('the log warns once at the start where Redis may delete sessions: %j', async (args, count) => {
    redis = await RedisServer.start(...args)
    const world = await expectSignIn({ ...redis.settings, LOG_LEVEL: 'warn' })
    const warnings = world.logLines.filter((line) => line.includes('noeviction'))
    expect(warnings).toHaveLength(count)
  })
})
