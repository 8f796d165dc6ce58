import { Failure } from '../failure.ts'
import type { Store } from './store.ts'

/** Longer than a healthy store takes, short enough for a person who waits. */
const deadlineMs = 2_000

/**
 * Each call ends within two seconds: with its answer or `store_unavailable`. A `get` that answers at
 * once cannot be interrupted.
 */
export function withDeadline(store: Store): Store {
  const { count } = store
  return {
    // Runs on each request: an answer that is there needs no timer.
    get: (name, known) => {
      try {
        const answer = store.get(name, known)
        return answer instanceof Promise ? inTime(() => answer) : answer
      } catch (cause) {
        throw unavailable(cause)
      }
    },
    put: (name, value, expiresAt) => inTime(() => store.put(name, value, expiresAt)),
    swap: (name, previous, next, expiresAt) =>
      inTime(() => store.swap(name, previous, next, expiresAt)),
    delete: (name) => inTime(() => store.delete(name)),
    ...(count && { count: (name, windowMs) => inTime(() => count(name, windowMs)) }),
    names: async function* (prefix) {
      const names = store.names(prefix)[Symbol.asyncIterator]()
      for (;;) {
        const step = await inTime(() => names.next())
        if (step.done) return
        yield step.value
      }
    },
    close: () => store.close(),
    ...(store.announcements && { announcements: store.announcements }),
  }
}

/** `Promise.race` would do the same at several times the cost. */
function inTime<T>(call: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown) => {
      clearTimeout(timer)
      reject(unavailable(cause))
    }
    const timer = setTimeout(() => {
      const late = new Error(`no answer within ${String(deadlineMs)} ms`)
      fail(Object.assign(late, { code: 'ETIMEDOUT' }))
    }, deadlineMs)
    try {
      call().then((value) => {
        clearTimeout(timer)
        resolve(value)
      }, fail)
    } catch (error) {
      fail(error)
    }
  })
}

function unavailable(cause: unknown): Failure {
  return new Failure('store_unavailable', 'the session store failed', { cause })
}
