import type { Agent } from 'undici'
import { freePort } from '../../test/support/world.ts'
import { type Latency, pacedLoad } from '../load/paced.ts'
import type { Target } from '../load/target.ts'
import { fullLoad, type Load } from '../load/wrk.ts'
import type { BenchOptions } from '../options.ts'
import type { BenchServer, Sample } from '../servers/bench-server.ts'
import { signIn, signInMany } from '../world/sign-in.ts'
import type { World } from '../world/world.ts'
import { firstAnswer } from './first-answer.ts'
import { cpuMs, memoryOf } from './process-tree.ts'

/** What was measured in one life of one server. A member is absent where the server has no such thing. */
export interface Measurement {
  startMs: number
  /** With one session, before any load. */
  memoryMegabytes: number
  read?: Load
  me?: Load
  refusal?: Load
  asset?: Load
  readAtHalf?: Latency
  meAtHalf?: Latency
  /** CPU milliseconds of one sign-in. */
  signInCpuMs?: number
}

export interface Bench {
  options: BenchOptions
  world: World
  sample: Sample
  browsers: Agent
}

/** One person has a few calls of Graph under way at a time, so the load is that of several. */
const sessions = 16

/** Starts a server, measures what the options ask for, and ends the server. */
export async function measureServer(
  server: BenchServer,
  { options, world, sample, browsers }: Bench,
): Promise<Measurement> {
  const port = await freePort()
  const origin = `http://localhost:${String(port)}`
  const startedAt = performance.now()
  const child = server.start(world, sample, port)
  try {
    await firstAnswer(child, origin + server.ready)
    const startMs = performance.now() - startedAt
    const { login } = server
    const begin = () => (login === undefined ? sample.cookie : signIn(browsers, origin, login))
    const cookies = [await begin()]
    const result: Measurement = { startMs, memoryMegabytes: memoryOf(child.pid).residentMegabytes }
    while (login !== undefined && cookies.length < sessions) cookies.push(await begin())
    const read: Target = { origin, path: server.read, cookies, status: 200 }
    const me: Target = { origin, path: server.me ?? '', cookies, status: 200 }
    const refusal: Target = { ...me, cookies: [], status: 401 }
    const asset: Target = { ...read, path: server.asset ?? world.script, cookies: [] }
    const load = async (target: Target) => {
      await fullLoad(child.pid, target, options.warmUpSeconds, world.folder)
      return fullLoad(child.pid, target, options.loadSeconds, world.folder)
    }
    const half = (target: Target, { requestsPerSecond }: Load) =>
      pacedLoad(target, requestsPerSecond / 2, options.loadSeconds)

    if (options.measures('read', 'latency')) result.read = await load(read)
    if (options.measures('latency') && result.read)
      result.readAtHalf = await half(read, result.read)
    if (server.me !== undefined) {
      if (options.measures('me', 'latency')) result.me = await load(me)
      if (options.measures('latency') && result.me) result.meAtHalf = await half(me, result.me)
      if (options.measures('refusal')) result.refusal = await load(refusal)
    }
    if (options.measures('asset')) result.asset = await load(asset)
    if (options.measures('sign-in') && login !== undefined) {
      await signInMany(browsers, origin, login, options.signIns / 4)
      const before = cpuMs(child.pid)
      await signInMany(browsers, origin, login, options.signIns)
      result.signInCpuMs = (cpuMs(child.pid) - before) / options.signIns
    }
    return result
  } finally {
    await child.end()
  }
}
