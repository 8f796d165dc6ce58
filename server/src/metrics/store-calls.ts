import { Histogram, type Registry } from 'prom-client'
import type { Store } from '../store/store.ts'

/** Seconds. A local store answers within the first, and no call takes longer than the last. */
const buckets = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5]

/** The same store. Its calls are timed. */
export function timeStore(store: Store, registry: Registry): Store {
  const durations = new Histogram({
    name: 'entra_bff_store_call_duration_seconds',
    help: 'Time of a call of the session store',
    labelNames: ['operation', 'outcome'],
    buckets,
    registers: [registry],
  })

  function timed<T>(operation: string, call: () => T): T {
    const stop = durations.startTimer({ operation })
    const succeed = () => {
      stop({ outcome: 'ok' })
    }
    const fail = () => {
      stop({ outcome: 'failed' })
    }
    try {
      const answer = call()
      if (answer instanceof Promise) answer.then(succeed, fail)
      else succeed()
      return answer
    } catch (error) {
      fail()
      throw error
    }
  }

  const { count } = store
  return {
    ...store,
    get: (name, known) => timed('get', () => store.get(name, known)),
    put: (name, value, expiresAt) => timed('put', () => store.put(name, value, expiresAt)),
    swap: (name, previous, next, expiresAt) =>
      timed('swap', () => store.swap(name, previous, next, expiresAt)),
    delete: (name) => timed('delete', () => store.delete(name)),
    ...(count && { count: (name, windowMs) => timed('count', () => count(name, windowMs)) }),
  }
}
