import { say } from '../../../scripts/support/say.ts'
import { freePort } from '../../test/support/world.ts'
import { fullLoad } from '../load/wrk.ts'
import type { Target } from '../load/target.ts'
import { apache } from '../servers/apache.ts'
import { expressMsal, expressOpenidConnectStore } from '../servers/node-peers.ts'
import type { Row } from '../servers/row.ts'
import { withFiles } from '../servers/this-server.ts'
import { decimal, type Lines, median, whole } from '../table.ts'
import { signIn, signInMany } from '../world/sign-in.ts'
import { firstAnswer } from './first-answer.ts'
import { cpuMs, memoryOf } from './process-tree.ts'
import type { Bench } from './visit.ts'

const rows: readonly Row[] = [apache, expressOpenidConnectStore, expressMsal, withFiles]

/** What many sign-ins in one process cost, and what they leave behind. */
export async function manySignInLines(bench: Bench): Promise<Lines> {
  const count = whole(bench.form.manySignIns)
  const lines: string[][] = []
  for (const row of rows) {
    say(`${count} sign-ins: ${row.name} …`)
    const cells = row.missing === undefined ? await cellsOf(row, bench) : ['missing']
    lines.push([row.name, ...cells])
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

async function cellsOf(row: Row, { form, world, sample, browsers }: Bench): Promise<string[]> {
  const port = await freePort()
  const origin = `http://localhost:${String(port)}`
  const login = row.login ?? ''
  const child = row.start(world, sample, port)
  try {
    await firstAnswer(child, origin + row.ready)
    const cookies = [await signIn(browsers, origin, login)]
    const target: Target = { origin, path: row.read, cookies, status: 200 }
    const read = async () => {
      const load = () => fullLoad(child.pid, target, form.loadSeconds, world.folder)
      // The first one is the warm-up.
      const [, ...loads] = [await load(), await load(), await load(), await load()]
      return median(loads.map(({ perCpuSecond }) => perCpuSecond)) ?? 0
    }
    const before = { rate: await read(), memory: memoryOf(child.pid).rss, cpu: cpuMs(child.pid) }
    await signInMany(browsers, origin, login, form.manySignIns)
    const cpu = cpuMs(child.pid) - before.cpu
    const memory = memoryOf(child.pid).rss
    const rate = await read()
    return [
      decimal(cpu / form.manySignIns, 1),
      whole(before.rate),
      whole(rate),
      decimal(rate / before.rate),
      whole(before.memory),
      whole(memory),
    ]
  } finally {
    await child.end()
  }
}
