import type { EventEmitter } from 'node:events'
import { Cluster, Redis, type RedisOptions } from 'ioredis'
import { ConfigError } from '../config/reader.ts'
import type { RedisLocation } from '../config/store-location.ts'

export type RedisConnection = Redis | Cluster

/** A connection that is silent for so long while it owes an answer is given up, and made anew. */
const silenceMs = 2_000
const startTimeoutMs = 5_000
const maxReconnectDelayMs = 1_000
/** After the error of a node of a cluster, or of a sentinel, the library goes on to the next one. */
const troubleEvents = ['error', 'node error', 'sentinelError']

/**
 * Connects, and connects again whenever the connection is lost.
 * @param onTrouble called with the cause when the connection is lost
 * @throws {ConfigError} when Redis cannot be reached, or refuses the credentials
 */
export async function connectToRedis(
  location: RedisLocation,
  onTrouble: (cause: string) => void,
): Promise<RedisConnection> {
  const redis = create(location)
  const events: EventEmitter = redis
  let cause: unknown
  const refusals: unknown[] = []
  for (const event of troubleEvents) events.on(event, (error: unknown) => (cause ??= error))
  events.once('error', (error) => refusals.push(error))
  try {
    await inTime(redis.connect())
    // A database that does not exist is only told by an event; the library would use database 0.
    if (refusals.length > 0) throw new Error(causeOf(cause))
  } catch (error) {
    redis.disconnect()
    throw unusableRedis(location, cause ?? error)
  }
  tellTrouble(events, onTrouble)
  connectAgainAfterTheEnd(redis)
  return redis
}

/** Each attempt to connect again fails by the same cause: it is told once. */
function tellTrouble(events: EventEmitter, onTrouble: (cause: string) => void): void {
  let hasTold = false
  for (const event of troubleEvents) {
    events.on(event, (error: unknown) => {
      if (!hasTold) onTrouble(causeOf(error))
      hasTold = true
    })
  }
  events.on('ready', () => (hasTold = false))
}

/** The library ends for good when Sentinel tells it of a failover while it connects. */
function connectAgainAfterTheEnd(redis: RedisConnection): void {
  redis.on('end', () => {
    setTimeout(() => {
      // `disconnect` has removed the listeners.
      if (redis.listenerCount('end') > 0) redis.connect().catch(() => undefined)
    }, maxReconnectDelayMs).unref()
  })
}

/** Waits for the answers that are under way. */
export async function disconnect(redis: RedisConnection): Promise<void> {
  redis.removeAllListeners('end')
  // Without a connection, no answers are under way.
  await redis.quit().catch(() => undefined)
  // `quit` leaves the connections to Sentinel open.
  redis.disconnect()
}

export function unusableRedis({ label }: RedisLocation, error: unknown): ConfigError {
  return new ConfigError([
    `SESSION_STORE ${label} cannot be used: ${causeOf(error)}.`,
    'Start Redis there, or correct the host, the database, the user and its rights, the password or the certificates.',
  ])
}

function create(location: RedisLocation): RedisConnection {
  const { topology, nodes, master, database, username, password, tls } = location
  const options = {
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(tls && { tls }),
    lazyConnect: true,
    connectTimeout: silenceMs,
    socketTimeout: silenceMs,
    enableAutoPipelining: true,
    // `redis-reads.ts` has already put these together.
    autoPipeliningIgnoredCommands: ['mget'],
    disableClientInfo: true,
    // Without a connection a command fails at once: the caller gets 503, and may try again.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    // What became of a command that was sent is unknown, so it is not sent again.
    autoResendUnfulfilledCommands: false,
    retryStrategy: reconnectDelayMs,
    // After a failover the old master is a replica, which refuses writes.
    reconnectOnError: ({ message }: Error) => message.includes('READONLY'),
  } satisfies RedisOptions
  if (topology === 'cluster') {
    return new Cluster([...nodes], {
      lazyConnect: true,
      enableAutoPipelining: true,
      enableOfflineQueue: false,
      retryDelayOnFailover: 0,
      // A failover is not told to all clients.
      slotsRefreshInterval: silenceMs,
      clusterRetryStrategy: reconnectDelayMs,
      // The connection resolves the name. A certificate is for the name, not for the address.
      dnsLookup: (host, callback) => {
        callback(null, host)
      },
      redisOptions: options,
    })
  }
  if (topology === 'sentinel') {
    return new Redis({
      ...options,
      sentinels: [...nodes],
      name: master ?? '',
      db: database,
      ...(password !== undefined && { sentinelPassword: password }),
      ...(tls && { enableTLSForSentinelMode: true, sentinelTLS: tls }),
      sentinelCommandTimeout: silenceMs,
      failoverDetector: true,
    })
  }
  return new Redis({ ...options, ...nodes[0], db: database })
}

function reconnectDelayMs(attempt: number): number {
  return Math.min(50 * 2 ** (attempt - 1), maxReconnectDelayMs)
}

function inTime<T>(work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`no answer within ${String(startTimeoutMs)} ms`))
    }, startTimeoutMs)
    void work.then(resolve, reject).finally(() => {
      clearTimeout(timer)
    })
  })
}

/** The text alone: other members of an error can hold the command, and with it the password. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { lastNodeError, code } = error as { lastNodeError?: Error; code?: string }
  // An error of several addresses, as of localhost, has no message.
  return lastNodeError?.message ?? (error.message || code || error.name)
}
