import { setTimeout as after } from 'node:timers/promises'
import { RedisServer } from '../../test/support/redis-server.ts'
import type { Outcome, Scale, Scenario } from '../scenario.ts'
import { Site } from '../site.ts'

type Fault = (redis: RedisServer, site: Site, scale: Scale) => Promise<void>

/** The server gives up a silent connection after 2 seconds. */
const silenceMs = 2_500
const lookEveryMs = 100
const durable = ['--appendonly', 'yes', '--appendfsync', 'always']

function onRedis(name: string, fault: Fault): Scenario {
  return {
    name,
    needs: 'redis-server',
    run: async (scale) => {
      const redis = await RedisServer.start(...durable)
      try {
        const site = await Site.open({ store: 'redis', redis, servers: 2 })
        try {
          const tally = await site.underLoad(() => fault(redis, site, scale))
          await site.recovered()
          return { tally, lost: await site.lostCount(), allowed: ['refused'] }
        } finally {
          redis.resume()
          await site.close()
        }
      } finally {
        await redis.close()
      }
    },
  }
}

/** Redis that fails under two processes. */
export const redisScenarios: readonly Scenario[] = [
  onRedis('Redis is stopped and started again', async (redis, _site, { rounds, faultMs }) => {
    for (let round = 0; round < rounds; round += 1) {
      await redis.stop()
      await after(faultMs)
      await redis.restart()
      await after(faultMs)
    }
  }),
  onRedis('Redis answers nothing for a while', async (redis, _site, { faultMs }) => {
    redis.pause()
    await after(faultMs + silenceMs)
    redis.resume()
    await after(faultMs)
  }),
  onRedis('Redis is full: it refuses every write', async (redis, _site, { faultMs }) => {
    redis.cli('CONFIG', 'SET', 'maxmemory', '1')
    await after(faultMs)
    redis.cli('CONFIG', 'SET', 'maxmemory', '0')
    await after(faultMs)
  }),
  {
    name: 'the master of Redis fails, and Sentinel makes the replica the master',
    needs: 'redis-server',
    run: failover,
  },
]

async function failover({ faultMs }: Scale): Promise<Outcome> {
  const master = await RedisServer.start(...durable)
  const replica = await RedisServer.start('--replicaof', '127.0.0.1', String(master.port))
  const sentinel = await RedisServer.startSentinel(master)
  try {
    const settings = { SESSION_STORE: `redis+sentinel://${sentinel.address}?master=sessions` }
    const site = await Site.open({ store: 'redis', redis: master, servers: 2, settings })
    try {
      // What the replica does not have yet is lost by design of Redis.
      master.cli('WAIT', '1', '5000')
      const tally = await site.underLoad(async () => {
        await after(faultMs)
        await master.stop()
        while (replica.cli('ROLE').startsWith('slave')) await after(lookEveryMs)
        await after(faultMs)
      })
      await site.recovered()
      return { tally, lost: await site.lostCount(), allowed: ['refused'] }
    } finally {
      await site.close()
    }
  } finally {
    await Promise.all([sentinel.close(), replica.close(), master.close()])
  }
}
