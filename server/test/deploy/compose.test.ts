import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasRedis, redisCli, RedisServer } from '../support/redis-server.ts'
import { World } from '../support/world.ts'

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')

/** The block of commands in the page that makes the secrets. */
function secretCommands(): string {
  const [, commands = ''] =
    /```sh\n(mkdir -m 700 secrets\n[^`]*)```/.exec(read('docs/operation.md')) ?? []
  return commands
}

/** What Redis is started with in `compose.yaml`, with the secrets of this folder. */
function redisArguments(folder: string): string[] {
  const [, words = ''] = /command: redis-server (.*)/.exec(read('compose.yaml')) ?? []
  return words.replace('/run/secrets', join(folder, 'secrets')).split(' ')
}

describe.skipIf(!hasRedis)(
  'the Redis of compose.yaml, with the secrets that the page makes',
  () => {
    let folder: string
    let redis: RedisServer
    let world: World
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'entra-bff-compose-'))
      const { status, stderr } = spawnSync('bash', ['-ec', secretCommands()], {
        cwd: folder,
        encoding: 'utf8',
      })
      expect([status, stderr]).toEqual([0, ''])
      redis = await RedisServer.start(...redisArguments(folder))
      const store = join(folder, 'secrets', 'session_store')
      writeFileSync(store, readFileSync(store, 'utf8').replace('redis:6379', redis.address))
      world = await World.open({
        SESSION_STORE: '',
        SESSION_STORE_FILE: store,
        SESSION_SECRET_FILE: join(folder, 'secrets', 'session_secret'),
      })
    })
    afterAll(async () => {
      await world.close()
      await redis.close()
      rmSync(folder, { recursive: true })
    })

    test('the user of Redis in compose.yaml has the rights that the server needs, and no others can do a thing', async () => {
      const browser = await world.signIn()
      expect((await browser.fetch('/api/me')).status).toBe(200)
      expect((await browser.submit('/auth/logout')).status).toBe(303)
      expect((await browser.fetch('/readyz')).status).toBe(200)
      expect(world.complaints.filter((line) => /"level":[456]0/.test(line))).toEqual([])
      expect(redisCli('-p', String(redis.port), 'keys', '*')).toContain('NOAUTH')
      expect(statSync(join(folder, 'secrets')).mode & 0o777).toBe(0o700)
    })

    test('the page names the same rights of that user wherever it names them', () => {
      const rights = [...read('docs/operation.md').matchAll(/^user app on >\S+ ([^"\n]+)/gm)]
      expect(rights.length).toBeGreaterThanOrEqual(2)
      expect(new Set(rights.map(([, list]) => list)).size).toBe(1)
    })
  },
)
