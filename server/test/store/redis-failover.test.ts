import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Browser } from '../support/browser.ts'
import { openEvents } from '../support/event-stream.ts'
import { runSessionsCommand } from '../support/sessions-command.ts'
import { hasRedis, redisCli, RedisServer } from '../support/redis-server.ts'
import { expectUnavailable } from '../support/troubled-store.ts'
import { freePort, World } from '../support/world.ts'

const sessionsScript = fileURLToPath(new URL('../../bin/sessions.mjs', import.meta.url))
const recovery = { timeout: 20_000, interval: 50 }
const SESSION_SECRET = 's'.repeat(32)
const servers: RedisServer[] = []
let world: World | undefined
afterEach(async () => {
  vi.useRealTimers()
  await world?.close()
  for (const server of servers.splice(0)) await server.close()
})

async function start(...settings: string[]): Promise<RedisServer> {
  const server = await RedisServer.start(...settings)
  servers.push(server)
  return server
}

/** A Sentinel or node that is away stops no start: the next one in the list is asked. */
async function addressOfNobody(): Promise<string> {
  return `127.0.0.1:${String(await freePort())}`
}

/** How many servers hear announcements. */
function listenersAt(...nodes: RedisServer[]): number {
  const counts = nodes.map((node) => node.cli('pubsub', 'numsub', 'entra-bff:announcements'))
  return counts.reduce((sum, count) => sum + Number(count.split('\n')[1]), 0)
}

/** From now on, no server looks at a session at intervals: only an announcement tells its end. */
function stopLooking(): void {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
}

/** Whether the store is read again. Whoever is served must be signed in. */
async function isServed(browser: Browser): Promise<boolean> {
  const { status, json } = await browser.fetch('/api/session')
  if (status === 200) expect(json).toMatchObject({ authenticated: true })
  return status === 200
}

async function startSentinel(master: RedisServer): Promise<RedisServer> {
  const sentinel = await RedisServer.startSentinel(master)
  servers.push(sentinel)
  return sentinel
}

const clusterSettings = [
  ...['--cluster-enabled', 'yes', '--cluster-node-timeout', '1000'],
  ...['--appendonly', 'yes'],
]

async function startCluster(size: number, ...options: string[]): Promise<RedisServer[]> {
  const nodes: RedisServer[] = []
  const addresses: string[] = []
  while (nodes.length < size) {
    // By itself, Redis takes the port above by 10,000, which an outgoing connection can have.
    const busPort = String(await freePort())
    const node = await start(...clusterSettings, '--cluster-port', busPort)
    nodes.push(node)
    addresses.push(`${node.address}@${busPort}`)
  }
  redisCli('--cluster', 'create', ...addresses, ...options, '--cluster-yes')
  const isWhole = () =>
    nodes.every((node) => node.cli('cluster', 'info').includes('cluster_state:ok'))
  await vi.waitUntil(isWhole, recovery)
  return nodes
}

describe.skipIf(!hasRedis)('several Redis servers', () => {
  test(
    'a failover by Sentinel ends no session, and sign-ins and announcements go on at the new master (#32)',
    { timeout: 40_000 },
    async () => {
      const master = await start()
      const replica = await start('--replicaof', '127.0.0.1', String(master.port))
      const sentinel = await startSentinel(master)
      await vi.waitUntil(
        () => /num-slaves\s+1/.test(sentinel.cli('sentinel', 'master', 'sessions')),
        recovery,
      )
      const sentinels = `${await addressOfNobody()},${sentinel.address}`
      const SESSION_STORE = `redis+sentinel://${sentinels}/?master=sessions`
      world = await World.open({ SESSION_STORE, SESSION_SECRET })
      const browser = await world.signIn()
      master.cli('wait', '1', '0')
      await master.stop()
      expectUnavailable(await browser.fetch('/api/session'))
      const stays = async () =>
        (await isServed(browser)) && replica.cli('role').startsWith('master')
      await vi.waitUntil(stays, recovery)
      // The connection can still be cut once more.
      const other = await vi.waitFor(world.signIn.bind(world, undefined), recovery)
      expect(await other.isSignedIn()).toBe(true)

      await vi.waitUntil(() => listenersAt(replica) === 1, recovery)
      stopLooking()
      const stream = await openEvents(world.origin, browser)
      await runSessionsCommand({ SESSION_STORE, SESSION_SECRET }, 'end', '--all')
      await stream.ended
      expect(stream.text).toContain('event: ended')
    },
  )

  test(
    'a Cluster keeps sessions on all its nodes and announces their ends, and a node that is away signs nobody out (#32)',
    { timeout: 40_000 },
    async () => {
      const nodes = await startCluster(3)
      const addresses = nodes.map(({ address }) => address)
      const all = [await addressOfNobody(), ...addresses]
      const env = { SESSION_STORE: `redis+cluster://${all.join(',')}`, SESSION_SECRET }
      world = await World.open(env)
      const browsers = []
      for (let count = 0; count < 12; count += 1) browsers.push(await world.signIn())
      expect(nodes.every((node) => node.cli('keys', 'entra-bff:session:*') !== '')).toBe(true)
      expect((await runSessionsCommand(env, 'list')).err).toBe('12 signed in')

      const other = await world.startAnotherServer()
      await vi.waitUntil(() => listenersAt(...nodes) === 2, recovery)
      const leaving = await world.signIn()
      stopLooking()
      const stream = await openEvents(other, leaving)
      await leaving.submit('/auth/logout')
      await stream.ended
      expect(stream.text).toContain('event: ended')
      vi.useRealTimers()

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

  test('the command of the operator ends by itself where it asked Sentinel', async () => {
    const sentinel = await startSentinel(await start())
    const SESSION_STORE = `redis+sentinel://${sentinel.address}/?master=sessions`
    const { status, stderr } = spawnSync(process.execPath, [sessionsScript, 'list'], {
      env: { ...process.env, SESSION_STORE, SESSION_SECRET },
      encoding: 'utf8',
      timeout: 20_000,
    })
    expect([status, stderr]).toEqual([0, '0 signed in\n'])
  })

  test(
    'when a node of a Cluster fails and its replica takes over, nobody is signed out (#32)',
    { timeout: 60_000 },
    async () => {
      const nodes = await startCluster(6, '--cluster-replicas', '1')
      const addresses = nodes.map(({ address }) => address).join(',')
      world = await World.open({ SESSION_STORE: `redis+cluster://${addresses}`, SESSION_SECRET })
      const browsers = []
      for (let count = 0; count < 12; count += 1) browsers.push(await world.signIn())
      for (const node of nodes) {
        if (node.cli('role').startsWith('master')) node.cli('wait', '1', '0')
      }
      await nodes.find((node) => node.cli('role').startsWith('master'))?.stop()
      for (const browser of browsers) {
        await vi.waitUntil(() => isServed(browser), recovery)
      }
      // The failed node held a third of all names.
      for (let count = 0; count < 6; count += 1) {
        const browser = await vi.waitFor(world.signIn.bind(world, undefined), recovery)
        expect(await browser.isSignedIn()).toBe(true)
      }
    },
  )
})
