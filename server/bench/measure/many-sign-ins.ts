import { say } from '../../../scripts/support/say.ts'
import { fullLoad } from '../load/wrk.ts'
import { apache } from '../servers/apache.ts'
import type { BenchServer } from '../servers/bench-server.ts'
import { expressMsal, expressOpenidConnectStore } from '../servers/node-peers.ts'
import { withFiles } from '../servers/this-server.ts'
import { formatDecimal, formatInteger, type Lines, median } from '../table.ts'
import { signIn, signInMany } from '../world/sign-in.ts'
import type { Bench } from './bench.ts'
import { cpuMs, memoryOf } from './process-tree.ts'
import { startServer } from './running-server.ts'

const servers: readonly BenchServer[] = [apache, expressOpenidConnectStore, expressMsal, withFiles]

/** What many sign-ins in one process cost, and what they leave behind. */
export async function manySignInLines(bench: Bench): Promise<Lines> {
  const count = formatInteger(bench.options.manySignIns)
  const lines: string[][] = []
  for (const server of servers) {
    say(`${count} sign-ins: ${server.name} …`)
    const cells = server.missing === undefined ? await cellsOf(server, bench) : ['missing']
    lines.push([server.name, ...cells])
  }
  return [
    [
      `one process, ${count} sign-ins`,
      'CPU ms of each',
      'read per CPU s, before',
      'after',
      'of before',
      'memory MB, before',
      'after',
    ],
    ...lines,
  ]
}

async function cellsOf(server: BenchServer, bench: Bench): Promise<string[]> {
  const { options, world, browsers } = bench
  const { login = '' } = server
  const { child, origin, targets } = await startServer(server, bench, 1)
  try {
    /** Reads for each second of CPU time. */
    const read = async () => {
      // Anew each time: mod_auth_openidc keeps only its last 10,000 sessions.
      const cookies = [await signIn(browsers, origin, login)]
      const target = { ...targets.read, cookies }
      const load = () => fullLoad(child.pid, target, options.loadSeconds, world.folder)
      // The first one is the warm-up.
      const [, ...loads] = [await load(), await load(), await load(), await load()]
      return median(loads.map(({ requestsPerCpuSecond }) => requestsPerCpuSecond)) ?? 0
    }
    const readBefore = await read()
    const memoryBefore = memoryOf(child.pid)
    const cpuMsBefore = cpuMs(child.pid)
    await signInMany(browsers, origin, login, options.manySignIns)
    const signInCpuMs = (cpuMs(child.pid) - cpuMsBefore) / options.manySignIns
    const memoryAfter = memoryOf(child.pid)
    const readAfter = await read()
    return [
      formatDecimal(signInCpuMs, 1),
      formatInteger(readBefore),
      formatInteger(readAfter),
      formatDecimal(readAfter / readBefore),
      formatInteger(memoryBefore.residentMegabytes),
      formatInteger(memoryAfter.residentMegabytes),
    ]
  } finally {
    await child.end()
  }
}
