import { say } from '../../../scripts/support/say.ts'
import type { Target } from '../load/target.ts'
import { fullLoad, type Load } from '../load/wrk.ts'
import { formatDecimal, formatInteger, type Lines, median } from '../table.ts'
import type { Bench } from './bench.ts'
import { FilledStore } from './filled-store.ts'
import { firstAnswer } from './first-answer.ts'
import { memoryOf } from './process-tree.ts'

/** People whose sessions are read in turn: fewer than the server keeps in memory. */
const cachedSessions = 1_000

interface StoreMeasurement {
  startMs: number
  /** Memory without the pages of the store's file. */
  megabytesBeforeReads: number
  megabytesAfterReads: number
  readCached: Load
  readAll: Load
}

/** What the server costs with more and more sessions in its store. */
export async function storedSessionLines(bench: Bench): Promise<Lines> {
  const { options } = bench
  const measurements = new Map<FilledStore, StoreMeasurement[]>()
  for (const count of options.stored) {
    say(`Storing ${formatInteger(count)} sessions …`)
    measurements.set(await FilledStore.make(bench, count), [])
  }
  for (let round = 1; round <= options.rounds; round += 1) {
    for (const [store, own] of measurements) {
      say(
        `Round ${String(round)} of ${String(options.rounds)}: ${formatInteger(store.count)} sessions …`,
      )
      own.push(await measureStore(store, bench))
    }
  }
  const [empty] = measurements.keys()
  const lines = [...measurements].map(([store, own]) => lineOf(store, own, empty?.bytes ?? 0))
  for (const store of measurements.keys()) store.remove()
  return [
    [
      'sessions stored',
      'start ms',
      `read per CPU s, by ${formatInteger(cachedSessions)} of them`,
      'by all, up to 100,000',
      'memory MB, before the reads',
      'after them',
      'disk per session',
    ],
    ...lines,
  ]
}

async function measureStore(
  store: FilledStore,
  { options, world }: Bench,
): Promise<StoreMeasurement> {
  const origin = `http://localhost:${String(store.port)}`
  const child = store.start()
  try {
    const startMs = await firstAnswer(child, `${origin}/api/session`)
    const megabytesBeforeReads = memoryOf(child.pid).anonymousMegabytes
    const read = async (cookies: readonly string[]) => {
      const target: Target = { origin, path: '/api/session', cookies, status: 200 }
      await fullLoad(child.pid, target, options.warmUpSeconds, world.folder)
      return fullLoad(child.pid, target, options.loadSeconds, world.folder)
    }
    const readCached = await read(store.cookies.slice(0, cachedSessions))
    const readAll = await read(store.cookies)
    const megabytesAfterReads = memoryOf(child.pid).anonymousMegabytes
    return { startMs, megabytesBeforeReads, readCached, readAll, megabytesAfterReads }
  } finally {
    await child.end()
  }
}

function lineOf(
  store: FilledStore,
  measurements: readonly StoreMeasurement[],
  emptyBytes: number,
): string[] {
  const bytes = (store.bytes - emptyBytes) / store.count
  return [
    formatInteger(store.count),
    formatInteger(median(measurements.map(({ startMs }) => startMs))),
    formatInteger(median(measurements.map(({ readCached }) => readCached.requestsPerCpuSecond))),
    formatInteger(median(measurements.map(({ readAll }) => readAll.requestsPerCpuSecond))),
    formatInteger(median(measurements.map(({ megabytesBeforeReads: megabytes }) => megabytes))),
    formatInteger(median(measurements.map(({ megabytesAfterReads: megabytes }) => megabytes))),
    // A small file is mostly pages that are not full.
    store.count < cachedSessions || !store.hasTokens
      ? '–'
      : `${formatDecimal(bytes / 1_000, 1)} kB`,
  ]
}
