import { Cluster } from 'ioredis'
import type { RedisConnection } from './redis-connection.ts'

type Stored = Buffer | null | undefined

/** Reads a key, and passes on what `open` makes of its value. */
type Read = <T>(key: string, open: (stored: Stored) => T) => Promise<T>

/**
 * Reads the keys that are asked for in one turn of the event loop by one command. A command costs
 * this process several times as much as a key.
 */
export function readsOf(redis: RedisConnection): Read {
  // In a cluster, the keys of one command would have to be on one node.
  if (redis instanceof Cluster) return (key, open) => redis.getBuffer(key).then(open)
  let keys: string[] = []
  let values: Promise<Stored[]> | undefined

  /** After all connections that have a request now. */
  const nextTurn = () =>
    new Promise<Stored[]>((resolve) => {
      setImmediate(() => {
        const asked = keys
        keys = []
        values = undefined
        resolve(redis.mgetBuffer(asked))
      })
    })

  return (key, open) => {
    const index = keys.push(key) - 1
    values ??= nextTurn()
    return values.then((all) => open(all[index]))
  }
}
