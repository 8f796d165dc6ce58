import { Cluster, type Redis } from 'ioredis'
import type { Announcements } from './announcements.ts'
import type { RedisConnection } from './redis-connection.ts'

/** A pause before a lost connection is made anew. */
const reopenAfterMs = 2_000
/** A connection that only listens does not notice that it is dead: it has to ask for something. */
const subscribeEveryMs = 3_000
/** Whoever misses an announcement looks for itself, only later. */
const ignore = () => undefined

/** Announcements by publish and subscribe of Redis. A connection of its own listens. */
export class RedisAnnouncements implements Announcements {
  readonly #redis: RedisConnection
  readonly #channel: string
  readonly #onTrouble: (text: string) => void
  readonly #listeners = new Set<(name: string) => void>()
  #subscriber: Redis | undefined
  #reopening: NodeJS.Timeout | undefined
  #subscriptions = 0
  #isHeard = false
  #hasTold = false
  #isClosed = false

  /**
   * @param redis publishes
   * @param onTrouble called with a sentence for the operator when Redis refuses to publish or to subscribe
   */
  constructor(redis: RedisConnection, channel: string, onTrouble: (text: string) => void) {
    this.#redis = redis
    this.#channel = channel
    this.#onTrouble = onTrouble
  }

  get subscription(): number | undefined {
    return this.#isHeard ? this.#subscriptions : undefined
  }

  announce(name: string): void {
    this.#publish(name).catch((error: unknown) => {
      this.#fail(error)
    })
  }

  listen(listener: (name: string) => void): () => void {
    this.#listeners.add(listener)
    // The operator's command only announces.
    if (this.#listeners.size === 1 && !this.#subscriber) this.#open()
    return () => this.#listeners.delete(listener)
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#reopening)
    this.#subscriber?.disconnect()
  }

  /**
   * The library's own way to connect and subscribe again cannot be used: a subscription that Redis
   * then refuses ends the process by an unhandled rejection.
   */
  #open(): void {
    const subscriber = this.#newConnection()
    this.#subscriber = subscriber
    if (!subscriber) {
      this.#reopenLater()
      return
    }
    const subscribe = () => void this.#subscribe(subscriber)
    const repeating = setInterval(subscribe, subscribeEveryMs).unref()
    subscriber.on('error', ignore)
    subscriber.on('message', (_channel: string, name: string) => {
      for (const listener of this.#listeners) listener(name)
    })
    subscriber.once('ready', subscribe)
    subscriber.once('end', () => {
      clearInterval(repeating)
      this.#isHeard = false
      this.#reopenLater()
    })
    subscriber.connect().catch(ignore)
  }

  /** @returns undefined while no node of the cluster is known */
  #newConnection(): Redis | undefined {
    const redis = this.#redis
    // Each node of a cluster passes on what is published at any of them.
    const nodes = redis instanceof Cluster ? redis.nodes('master') : [redis]
    const node = nodes[Math.floor(Math.random() * nodes.length)]
    return node?.duplicate({
      lazyConnect: true,
      enableOfflineQueue: false,
      retryStrategy: null,
      // An old master that has become a replica passes on what is published at the new one.
      failoverDetector: false,
    })
  }

  /** `async`, because the library throws at once while no node of the cluster has the slot. */
  async #publish(name: string): Promise<void> {
    await this.#redis.call('PUBLISH', this.#channel, name)
  }

  async #subscribe(subscriber: Redis): Promise<void> {
    try {
      // The servers have the same rights: what this one may not publish, it will not hear from others.
      if (!this.#isHeard) await this.#publish('')
      await subscriber.subscribe(this.#channel)
      if (!this.#isHeard) this.#subscriptions += 1
      this.#isHeard = true
      this.#hasTold = false
    } catch (error) {
      this.#fail(error)
    }
  }

  /** A lost connection is told by the one of the store. */
  #fail(error: unknown): void {
    this.#isHeard = false
    if (this.#hasTold || !(error instanceof Error) || error.name !== 'ReplyError') return
    this.#hasTold = true
    this.#onTrouble(
      'Redis refuses to announce ended sessions to other servers, whose pages then learn it ' +
        `two seconds later: ${error.message}`,
    )
  }

  #reopenLater(): void {
    if (this.#isClosed) return
    this.#reopening = setTimeout(() => {
      this.#open()
    }, reopenAfterMs).unref()
  }
}
