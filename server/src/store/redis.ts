import { Cluster } from 'ioredis'
import type { RedisLocation } from '../config/store-location.ts'
import { livingValue, withExpiry } from './expiring-value.ts'
import { RedisAnnouncements } from './redis-announcements.ts'
import {
  connectToRedis,
  disconnect,
  type RedisConnection,
  unusableRedis,
} from './redis-connection.ts'
import { readsOf } from './redis-reads.ts'
import type { Store } from './store.ts'

/** Stands before each name: other programs can use the same database. */
const keyPrefix = 'entra-bff:'
/** Clocks differ. A record that has expired here must not have expired earlier in Redis. */
const graceMs = 60_000
const forEverMs = 100 * 365 * 24 * 60 * 60_000
const scanCount = 1_000

/**
 * One atomic step on one key, so that a cluster can run it. ARGV: whether bytes are expected, those
 * bytes, the record to write, the time now, and the time to live as arguments of SET.
 */
const swapScript = `
local stored = redis.call('GET', KEYS[1])
if stored and struct.unpack('>d', stored) <= tonumber(ARGV[4]) then stored = false end
if ARGV[1] == '1' then
  if not stored or string.sub(stored, 9) ~= ARGV[2] then return 0 end
elseif stored then
  return 0
end
redis.call('SET', KEYS[1], ARGV[3], unpack(ARGV, 5))
return 1`

/** Like a record: the expiry, then the count. ARGV: the time now, the window, the time to live. */
const countScript = `
local stored = redis.call('GET', KEYS[1])
local now = tonumber(ARGV[1])
local ending = stored and struct.unpack('>d', stored) or now
if ending <= now then
  redis.call('SET', KEYS[1], struct.pack('>d', now + ARGV[2]) .. 1, unpack(ARGV, 3))
  return {1, tonumber(ARGV[2])}
end
local count = string.sub(stored, 9) + 1
redis.call('SET', KEYS[1], string.sub(stored, 1, 8) .. count, 'KEEPTTL')
return {count, ending - now}`

/**
 * Keeps records in Redis or Valkey, which several machines can share. The expiry stands before each
 * value, and the clock of this process decides. Redis deletes the record a minute later.
 * @param onTrouble called with a sentence for the operator
 * @throws {ConfigError} when Redis cannot be used
 */
export async function openRedisStore(
  location: RedisLocation,
  onTrouble: (text: string) => void,
  now: () => number = () => Date.now(),
): Promise<Store> {
  const redis = await connectToRedis(location, (cause) => {
    onTrouble(`the connection to Redis is lost: ${cause}`)
  })
  const announcements = new RedisAnnouncements(redis, `${keyPrefix}announcements`, onTrouble)
  const store = storeIn(redis, announcements, now)
  try {
    await tryStore(store, now())
    await warnOfEviction(redis, onTrouble)
  } catch (error) {
    await disconnect(redis)
    throw unusableRedis(location, error)
  }
  return store
}

function storeIn(
  redis: RedisConnection,
  announcements: RedisAnnouncements,
  now: () => number,
): Store {
  const read = readsOf(redis)
  return {
    announcements,
    get: (name, known) => read(keyPrefix + name, (stored) => livingValue(stored, now(), known)),
    put: async (name, value, expiresAt) => {
      const record = withExpiry(value, expiresAt)
      await redis.call('SET', keyPrefix + name, record, ...timeToLive(expiresAt, now()))
    },
    swap: async (name, previous, next, expiresAt) => {
      const written = await redis.eval(
        swapScript,
        1,
        keyPrefix + name,
        previous ? '1' : '0',
        Buffer.from(previous ?? []),
        withExpiry(next, expiresAt),
        String(now()),
        ...timeToLive(expiresAt, now()),
      )
      return written === 1
    },
    delete: async (name) => {
      await redis.del(keyPrefix + name)
    },
    count: async (name, windowMs) => {
      const time = now()
      const answer = await redis.eval(
        countScript,
        1,
        keyPrefix + name,
        String(time),
        String(windowMs),
        ...timeToLive(time + windowMs, time),
      )
      const [count, leftMs] = answer as [number, number]
      // The clock may have been set back since the count began.
      return { count, leftMs: Math.min(leftMs, windowMs) }
    },
    names: async function* (prefix) {
      const seen = new Set<string>()
      for (const node of redis instanceof Cluster ? redis.nodes('master') : [redis]) {
        const match = `${keyPrefix}${prefix}*`
        for await (const keys of node.scanStream({ match, count: scanCount })) {
          const isLiving = (key: string) => read(key, (stored) => !!livingValue(stored, now()))
          const living = await Promise.all((keys as string[]).map(isLiving))
          for (const [index, key] of (keys as string[]).entries()) {
            // A scan can give a key twice.
            if (seen.has(key) || !living[index]) continue
            seen.add(key)
            yield key.slice(keyPrefix.length)
          }
        }
      }
    },
    close: () => {
      announcements.close()
      return disconnect(redis)
    },
  }
}

/** Arguments of SET. A record for ever has none, so that Redis does not choose it for eviction. */
function timeToLive(expiresAt: number, now: number): [] | ['PX', string] {
  const ms = Math.max(0, Math.ceil(expiresAt - now)) + graceMs
  return ms > forEverMs ? [] : ['PX', String(ms)]
}

/** Uses each command: this user may lack a right, this server may be full or a replica. */
async function tryStore(store: Store, now: number): Promise<void> {
  await store.get('trial')
  await store.put('trial', new Uint8Array(), now)
  await store.swap('trial', undefined, new Uint8Array(), now)
  await store.delete('trial')
}

async function warnOfEviction(redis: RedisConnection, warn: (text: string) => void): Promise<void> {
  // Not every user may ask this.
  const memory = await redis.info('memory').catch(() => '')
  const policy = /^maxmemory_policy:(\S+)/m.exec(memory)?.[1] ?? 'noeviction'
  if (policy === 'noeviction' || /^maxmemory:0\b/m.test(memory)) return
  warn(
    `Redis deletes sessions when its memory is full (maxmemory-policy is ${policy}): ` +
      'set maxmemory-policy to noeviction',
  )
}
