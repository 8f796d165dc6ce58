import { cpus } from 'node:os'
import { say } from '../../../scripts/support/say.ts'
import { freePort } from '../../test/support/world.ts'
import { sessionsUnderLoad } from '../load/target.ts'
import { fullLoad, type Load } from '../load/wrk.ts'
import { formatDecimal, formatInteger, type Lines, median } from '../table.ts'
import type { Child } from '../world/child.ts'
import type { Bench } from './bench.ts'
import { FilledStore } from './filled-store.ts'
import { firstAnswer } from './first-answer.ts'

const paths = ['/api/session', '/api/me'] as const
/** Each load runs beside the other server, unless the machine has cores that are free. */
const loadCores = cpus().length >= 4 ? ([2, 3] as const) : ([1, 0] as const)

interface Member {
  child: Child
  origin: string
  /** Where its load runs. */
  core: number
}

/** One server on one core, and two servers on two cores that share a store. */
export async function twoProcessesLines(bench: Bench): Promise<Lines> {
  const { redisUrl } = bench.world
  return [
    [
      '',
      ...['one process/s', 'two processes/s', 'of one'],
      ...['per CPU s of one', 'of each of two', 'of one'],
    ],
    ...(await linesOf(bench, '`file:`')),
    ...(redisUrl === ''
      ? [['`redis:`', 'missing']]
      : // Another database than that of the other measurements.
        await linesOf(bench, '`redis:`', `${redisUrl}/1`)),
  ]
}

async function linesOf(bench: Bench, name: string, redisUrl?: string): Promise<string[][]> {
  const { options, world } = bench
  say(`Two processes on one store, ${name} …`)
  const store = await FilledStore.make(bench, sessionsUnderLoad, redisUrl)
  const members = [await startOn(0, store), await startOn(1, store)]
  const loadOf = async (count: number, path: string): Promise<Load> => {
    const loads = members.slice(0, count).map(({ child, origin, core }) => {
      const target = { origin, path, cookies: store.cookies, status: 200 }
      return fullLoad(child.pid, target, options.loadSeconds, world.folder, core)
    })
    const done = await Promise.all(loads)
    const sum = (figure: keyof Load) => done.reduce((total, load) => total + load[figure], 0)
    return {
      requestsPerSecond: sum('requestsPerSecond'),
      requestsPerCpuSecond: sum('requestsPerCpuSecond') / count,
    }
  }
  const lines: string[][] = []
  for (const path of paths) {
    // The warm-up.
    await loadOf(2, path)
    const rounds: { one: Load; two: Load }[] = []
    for (let round = 0; round < options.shareRounds; round += 1) {
      rounds.push({ one: await loadOf(1, path), two: await loadOf(2, path) })
    }
    const cells = (figure: keyof Load) => [
      formatInteger(median(rounds.map(({ one }) => one[figure]))),
      formatInteger(median(rounds.map(({ two }) => two[figure]))),
      formatDecimal(median(rounds.map(({ one, two }) => two[figure] / one[figure]))),
    ]
    const figures = [...cells('requestsPerSecond'), ...cells('requestsPerCpuSecond')]
    lines.push([`${name}, \`${path}\``, ...figures])
  }
  for (const { child } of members) await child.end()
  store.remove()
  return lines
}

async function startOn(core: 0 | 1, store: FilledStore): Promise<Member> {
  const port = core === 0 ? store.port : await freePort()
  const origin = `http://localhost:${String(port)}`
  const child = store.start(port, core)
  await firstAnswer(child, `${origin}/api/session`)
  return { child, origin, core: loadCores[core] }
}
