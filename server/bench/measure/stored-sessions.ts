import { say } from '../../../scripts/support/say.ts'
import type { Target } from '../load/target.ts'
import { fullLoad, type Load } from '../load/wrk.ts'
import { decimal, type Lines, median, whole } from '../table.ts'
import { FilledStore } from './filled-store.ts'
import { firstAnswer } from './first-answer.ts'
import { memoryOf } from './process-tree.ts'
import type { Bench } from './visit.ts'

/** People whose sessions are read in turn: fewer than the server keeps in memory. */
const fewPeople = 1_000

interface Stay {
  startMs: number
  /** Megabytes before and after the reads; without the pages of the store's file. */
  before: number
  after: number
  byFew: Load
  byAll: Load
}

/** What the server costs with more and more sessions in its store. */
export async function storedSessionLines(bench: Bench): Promise<Lines> {
  const { form } = bench
  const stays = new Map<FilledStore, Stay[]>()
  for (const count of form.stored) {
    say(`Storing ${whole(count)} sessions …`)
    stays.set(await FilledStore.make(bench, count), [])
  }
  for (let round = 1; round <= form.rounds; round += 1) {
    for (const [store, own] of stays) {
      say(`Round ${String(round)} of ${String(form.rounds)}: ${whole(store.count)} sessions …`)
      own.push(await stay(store, bench))
    }
  }
  const [empty] = stays.keys()
  const lines = [...stays].map(([store, own]) => lineOf(store, own, empty?.bytes ?? 0))
  for (const store of stays.keys()) store.remove()
  return [
    [
      'sessions stored',
      'start ms',
      `read per CPU s, by ${whole(fewPeople)} of them`,
      'by all, up to 100,000',
      'memory MB, before the reads',
      'after them',
      'disk per session',
    ],
    ...lines,
  ]
}

async function stay(store: FilledStore, { form, world }: Bench): Promise<Stay> {
  const origin = `http://localhost:${String(store.port)}`
  const startedAt = performance.now()
  const child = store.start()
  try {
    await firstAnswer(child, `${origin}/api/session`)
    const startMs = performance.now() - startedAt
    const before = memoryOf(child.pid).anonymous
    const read = async (cookies: readonly string[]) => {
      const target: Target = { origin, path: '/api/session', cookies, status: 200 }
      await fullLoad(child.pid, target, form.warmUpSeconds, world.folder)
      return fullLoad(child.pid, target, form.loadSeconds, world.folder)
    }
    const byFew = await read(store.cookies.slice(0, fewPeople))
    const byAll = await read(store.cookies)
    return { startMs, before, byFew, byAll, after: memoryOf(child.pid).anonymous }
  } finally {
    await child.end()
  }
}

function lineOf(store: FilledStore, stays: readonly Stay[], emptyBytes: number): string[] {
  const bytes = (store.bytes - emptyBytes) / store.count
  return [
    whole(store.count),
    whole(median(stays.map(({ startMs }) => startMs))),
    whole(median(stays.map(({ byFew }) => byFew.perCpuSecond))),
    whole(median(stays.map(({ byAll }) => byAll.perCpuSecond))),
    whole(median(stays.map(({ before }) => before))),
    whole(median(stays.map(({ after }) => after))),
    // A small file is mostly pages that are not full.
    store.count < fewPeople || !store.isWhole ? '–' : `${decimal(bytes / 1_000, 1)} kB`,
  ]
}
