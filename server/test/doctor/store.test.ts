import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { diagnose } from '../support/doctor.ts'
import { hasRedis, RedisServer } from '../support/redis-server.ts'
import { World } from '../support/world.ts'

let world: World
let folder: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'entra-bff-doctor-'))
  world = await World.open({}, { keepsFiles: true })
})
afterAll(async () => {
  await world.close()
  rmSync(folder, { recursive: true })
})

async function checkStore(settings: Record<string, string>) {
  const { exitCode, of } = await diagnose({ ...world.settings, ...settings })
  return { exitCode, findings: of('store') }
}

describe('the doctor and the store', () => {
  test('the doctor leaves the sessions in the store as they are', async () => {
    const browser = await world.signIn()
    expect((await checkStore({})).findings).toEqual([expect.stringMatching(/^ok /)])
    expect(await browser.isSignedIn()).toBe(true)
  })

  test('the doctor tries a store that is not there yet, and leaves nothing behind', async () => {
    const path = join(folder, 'new', 'data')
    const { exitCode, findings } = await checkStore({ SESSION_STORE: `file:${path}` })
    expect(exitCode).toBe(0)
    expect(findings).toEqual([expect.stringMatching(/^ok .*is new/)])
    expect(readdirSync(folder)).toEqual([])
  })

  test('the doctor says that the store cannot be written', async () => {
    const path = join(folder, 'file')
    writeFileSync(path, '')
    const { exitCode, findings } = await checkStore({ SESSION_STORE: `file:${path}` })
    expect(exitCode).toBe(1)
    expect(findings).toEqual([expect.stringMatching(/^fail .*cannot be used/)])
    rmSync(path)
  })

  test.runIf(existsSync('/proc/sys'))('the doctor says that the store is read-only', async () => {
    const { findings } = await checkStore({ SESSION_STORE: 'file:/proc/sys/data' })
    expect(findings).toEqual([expect.stringMatching(/^fail /)])
  })

  test('the doctor says that the session secret does not open the store', async () => {
    const { exitCode, findings } = await checkStore({ SESSION_SECRET: 'x'.repeat(32) })
    expect(exitCode).toBe(1)
    expect(findings).toEqual([expect.stringMatching(/^fail .*does not open the sessions/)])
  })

  test('the doctor warns of a store in memory', async () => {
    const { exitCode, findings } = await checkStore({ SESSION_STORE: 'memory:' })
    expect(exitCode).toBe(0)
    expect(findings).toEqual([expect.stringMatching(/^warn /)])
  })
})

describe.runIf(hasRedis)('the doctor and Redis', () => {
  let redis: RedisServer
  beforeAll(async () => {
    redis = await RedisServer.start('--maxmemory', '64mb')
  })
  afterAll(() => redis.close())

  test('the doctor writes, reads and deletes a record in Redis', async () => {
    expect((await checkStore(redis.settings)).findings).toEqual([expect.stringMatching(/^ok /)])
    expect(redis.cli('dbsize')).toBe('0')
  })

  test('the doctor warns that Redis deletes sessions when its memory is full', async () => {
    redis.cli('config', 'set', 'maxmemory-policy', 'allkeys-lru')
    const { exitCode, findings } = await checkStore(redis.settings)
    expect(exitCode).toBe(0)
    expect(findings).toEqual([
      expect.stringMatching(/^warn .*noeviction/),
      expect.stringMatching(/^ok /),
    ])
  })

  test('the doctor says that Redis cannot be reached', async () => {
    await redis.stop()
    const { exitCode, findings } = await checkStore(redis.settings)
    expect(exitCode).toBe(1)
    expect(findings).toEqual([expect.stringMatching(/^fail .*ECONNREFUSED/)])
  })
})
