import { afterEach, describe, expect, test, vi } from 'vitest'
import { runSessionsCommand } from '../support/sessions-command.ts'
import { hasRedis, redisCli, RedisServer } from '../support/redis-server.ts'
import { expectUnavailable } from '../support/troubled-store.ts'
import { World } from '../support/world.ts'

const recovery = { timeout: 20_000, interval: 50 }
const SESSION_SECRET = 's'.repeat(32)
const servers: RedisServer[] = []
let world: World | undefined
afterEach(async () => {
  await world?.close()
  for (const server of servers.splice(0)) await server.close()
})

async function start(...settings: string[]): Promise<RedisServer> {
  const server = await RedisServer.start(...settings)
  servers.push(server)
  return server
}

describe.skipIf(!hasRedis)('several Redis servers', () => {
  test(
    'a failover by Sentinel ends no session, and sign-ins go on at the new master (#32)',
    { timeout: 40_000 },
    async () => {
      const master = await start()
      const replica = await start('--replicaof', '127.0.0.1', String(master.port))
      const sentinel = await RedisServer.startSentinel(master)
      servers.push(sentinel)
      await vi.waitUntil(
        () => /num-slaves\s+1/.test(sentinel.cli('sentinel', 'master', 'sessions')),
        recovery,
      )
      world = await World.open({
        SESSION_STORE: `redis+sentinel://${sentinel.address}/?master=sessions`,
        SESSION_SECRET,
      })
      const browser = await world.signIn()
      master.cli('wait', '1', '0')
      await master.stop()
      expectUnavailable(await browser.fetch('/api/session'))
      await vi.waitUntil(async () => (await browser.fetch('/api/session')).status === 200, recovery)
      expect(await browser.isSignedIn()).toBe(true)
      expect(await (await world.signIn()).isSignedIn()).toBe(true)
      expect(replica.cli('role')).toMatch(/^master/)
    },
  )

  test(
    'a Cluster keeps sessions on all its nodes, and a node that is away signs nobody out (#32)',
    { timeout: 40_000 },
    async () => {
      const settings = [
        '--cluster-enabled',
        'yes',
        '--cluster-node-timeout',
        '1000',
        '--appendonly',
        'yes',
      ]
      const nodes = [await start(...settings), await start(...settings), await start(...settings)]
      const addresses = nodes.map(({ address }) => address)
      redisCli('--cluster', 'create', ...addresses, '--cluster-yes')
      const isWhole = () =>
        nodes.every((node) => node.cli('cluster', 'info').includes('cluster_state:ok'))
      await vi.waitUntil(isWhole, recovery)
      const env = { SESSION_STORE: `redis+cluster://${addresses.join(',')}`, SESSION_SECRET }
      world = await World.open(env)
      const browsers = []
      for (let count = 0; count < 12; count += 1) browsers.push(await world.signIn())
      expect(nodes.every((node) => node.cli('keys', 'entra-bff:session:*') !== '')).toBe(true)
      expect((await runSessionsCommand(env, 'list')).err).toBe('12 signed in')

      await nodes[0]?.stop()
      const answers = await Promise.all(browsers.map((browser) => browser.fetch('/api/session')))
      for (const answer of answers) if (answer.status !== 200) expectUnavailable(answer)
      expect(answers.some(({ status }) => status === 503)).toBe(true)
      await nodes[0]?.restart()
      for (const browser of browsers) {
        await vi.waitUntil(
          async () => (await browser.fetch('/api/session')).status === 200,
          recovery,
        )
        expect(await browser.isSignedIn()).toBe(true)
      }
    },
  )
})
