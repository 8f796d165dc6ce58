import cluster, { type Worker } from 'node:cluster'
import type { FastifyBaseLogger } from 'fastify'

/** A worker that lived for a shorter time is replaced after a delay. */
const shortLifeMs = 10_000
/** The delay doubles while workers go on to live for a short time. */
const firstDelayMs = 500
const longestDelayMs = 30_000

export interface WorkersOptions {
  count: number
  /** Settings that replace those of this process. A worker has the slot of the one that it replaces. */
  settingsOf: (slot: number) => Record<string, string>
  log: FastifyBaseLogger
}

export interface Workers {
  /**
   * Sends the signal to each worker, and waits until all have ended.
   * @throws when one did not close in time
   */
  stop(signal: NodeJS.Signals): Promise<void>
  /** Ends at once the workers that are left. */
  kill: () => void
}

/**
 * Runs this program in so many processes, which listen on one port and share its connections.
 * The first one starts alone: it tells once what is wrong with the settings or the store.
 * @returns undefined when the first worker ended before it listened
 */
export async function startWorkers({
  count,
  settingsOf,
  log,
}: WorkersOptions): Promise<Workers | undefined> {
  let isServing = false
  const haveListened = new WeakSet<Worker>()
  // The workers accept connections by themselves. With the other policy, a connection that this
  // process is handing to a worker that dies gets no answer, and is not closed either.
  cluster.schedulingPolicy = cluster.SCHED_NONE
  // `ps` shows the argument.
  cluster.setupPrimary({ args: ['worker'] })

  function start(slot: number, delayMs = firstDelayMs): Worker {
    const worker = cluster.fork(settingsOf(slot))
    const startedAt = performance.now()
    worker.once('listening', () => haveListened.add(worker))
    // Without a listener, a message that cannot be sent to a dying worker would end this process.
    worker.on('error', (err) => {
      log.error({ err, worker: worker.process.pid }, 'a worker cannot be reached')
    })
    worker.once('exit', (code: number | null, signal: string | null) => {
      if (!isServing) return
      const isShort = performance.now() - startedAt < shortLifeMs
      const startsInMs = isShort ? delayMs : 0
      const nextDelayMs = isShort ? Math.min(2 * delayMs, longestDelayMs) : firstDelayMs
      const { pid } = worker.process
      log.error({ worker: pid, code, signal, startsInMs }, 'a worker has ended; another will start')
      setTimeout(() => {
        if (isServing) start(slot, nextDelayMs)
      }, startsInMs)
    })
    return worker
  }

  isServing = await isListening(start(0))
  if (!isServing) return undefined
  for (let slot = 1; slot < count; slot += 1) start(slot)
  return {
    stop: async (signal) => {
      isServing = false
      const inTime = await Promise.all(
        living().map(async (worker) => {
          const code = await endBy(signal, worker)
          // A worker that does not listen yet has nothing to close: the signal ends it.
          return code === 0 || (code === null && !haveListened.has(worker))
        }),
      )
      if (inTime.includes(false)) throw new Error('a worker did not close in time')
    },
    kill: () => {
      for (const worker of living()) worker.process.kill('SIGKILL')
    },
  }
}

function living(): Worker[] {
  const workers = Object.values(cluster.workers ?? {})
  return workers.flatMap((worker) => (worker && !worker.isDead() ? [worker] : []))
}

/** @returns false when the worker ended before it listened */
function isListening(worker: Worker): Promise<boolean> {
  return new Promise((resolve) => {
    worker.once('listening', () => {
      resolve(true)
    })
    for (const event of ['exit', 'error']) {
      worker.once(event, () => {
        resolve(false)
      })
    }
  })
}

/** @returns the exit code; null after a signal */
function endBy(signal: NodeJS.Signals, worker: Worker): Promise<number | null> {
  return new Promise((resolve) => {
    worker.once('exit', resolve)
    worker.process.kill(signal)
  })
}
