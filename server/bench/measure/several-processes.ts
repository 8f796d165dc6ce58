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

/** One server on one core; two servers on two cores that share a store; one server with two workers. */
export async function severalProcessesLines(bench: Bench): Promise<Lines> {
  const { redisUrl } = bench.world
  return [
    ['', 'one process/s', 'several/s', 'of one', 'per CPU s of one', 'of several', 'of one'],
    ...(await linesOf(bench, '`file:`')),
    ...(redisUrl === ''
      ? [['`redis:`', 'missing']]
      : // Another database than that of the other measurements.
        await linesOf(bench, '`redis:`', `${redisUrl}/1`)),
  ]
}

async function linesOf(bench: Bench, name: string, redisUrl?: string): Promise<string[][]> {
  const { options } = bench
  say(`Several processes on one store, ${name} …`)
  const store = await FilledStore.make(bench, sessionsUnderLoad, redisUrl)
  const first = await startOn(0, store)
  const second = await startOn(1, store)
  const workers = await startWorkers(store)
  const lines: string[][] = []
  for (const [what, several] of [
    ['two servers', [first, second]],
    ['`WORKERS=2`', workers],
  ] as const) {
    for (const path of paths) {
      const loadOf = (members: readonly Member[]) => loadOfAll(bench, store, members, path)
      // The warm-up.
      await loadOf(several)
      const rounds: { one: Load; all: Load }[] = []
      for (let round = 0; round < options.shareRounds; round += 1) {
        rounds.push({ one: await loadOf([first]), all: await loadOf(several) })
      }
      const cells = (figure: keyof Load) => [
        formatInteger(median(rounds.map(({ one }) => one[figure]))),
        formatInteger(median(rounds.map(({ all }) => all[figure]))),
        formatDecimal(median(rounds.map(({ one, all }) => all[figure] / one[figure]))),
      ]
      const figures = [...cells('requestsPerSecond'), ...cells('requestsPerCpuSecond')]
      lines.push([`${name}, ${what}, \`${path}\``, ...figures])
    }
  }
  for (const child of new Set([first, second, ...workers].map((member) => member.child))) {
    await child.end()
  }
  store.remove()
  return lines
}

/** One load for each member, all at the same time. */
async function loadOfAll(
  { options, world }: Bench,
  { cookies }: FilledStore,
  members: readonly Member[],
  path: string,
): Promise<Load> {
  const loads = await Promise.all(
    members.map(({ child, origin, core }) => {
      const target = { origin, path, cookies, status: 200 }
      return fullLoad(child.pid, target, options.loadSeconds, world.folder, core)
    }),
  )
  const sum = (figure: keyof Load) => loads.reduce((total, load) => total + load[figure], 0)
  // Both loads of the workers see the CPU time of both.
  const processes = new Set(members.map(({ child }) => child)).size
  return {
    requestsPerSecond: sum('requestsPerSecond'),
    requestsPerCpuSecond: sum('requestsPerCpuSecond') / processes,
  }
}

async function startOn(core: 0 | 1, store: FilledStore): Promise<Member> {
  const port = core === 0 ? store.port : await freePort()
  const child = store.start({ port, cores: [core] })
  return { child, origin: await originOf(child, port), core: loadCores[core] }
}

/** One server on both cores, which gets both loads. */
async function startWorkers(store: FilledStore): Promise<Member[]> {
  const port = await freePort()
  const child = store.start({ port, cores: [0, 1], settings: { WORKERS: '2' } })
  const origin = await originOf(child, port)
  return loadCores.map((core) => ({ child, origin, core }))
}

async function originOf(child: Child, port: number): Promise<string> {
  const origin = `http://localhost:${String(port)}`
  await firstAnswer(child, `${origin}/api/session`)
  return origin
}
