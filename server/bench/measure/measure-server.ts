import { type Latency, pacedLoad } from '../load/paced.ts'
import { fullLoad, type Load } from '../load/wrk.ts'
import { median } from '../table.ts'
import { signInMany } from '../world/sign-in.ts'
import type { Bench } from './bench.ts'
import { cpuMs, memoryOf } from './process-tree.ts'
import { type RunningServer, startServer, type Targets } from './running-server.ts'

/** The figures of one server, one for each round. A list stays empty if the figure was not asked for, or does not apply. */
export class Measurement {
  readonly loads: Readonly<Record<keyof Targets, Load[]>> = {
    read: [],
    me: [],
    refusal: [],
    asset: [],
  }
  /** At half of the full load. */
  readonly latencies: Readonly<Record<'read' | 'me', Latency[]>> = { read: [], me: [] }
  readonly signInCpuMs: number[] = []
  readonly startMs: number[] = []
  /** With one session, before any load. */
  readonly residentMegabytes: number[] = []
}

/** One round of one kind, for one server. */
export type Step = (server: RunningServer, measurement: Measurement, bench: Bench) => Promise<void>

export function loadStep(name: keyof Targets): Step {
  return async ({ child, targets }, { loads }, { options, world }) => {
    const target = targets[name]
    if (!target) return
    const load = (seconds: number) => fullLoad(child.pid, target, seconds, world.folder)
    if (loads[name].length === 0) await load(options.warmUpSeconds)
    loads[name].push(await load(options.loadSeconds))
  }
}

/** Comes after the loads: their median is the full load. */
export function latencyStep(name: 'read' | 'me'): Step {
  return async ({ targets }, { loads, latencies }, { options }) => {
    const target = targets[name]
    const full = median(loads[name].map(({ requestsPerSecond }) => requestsPerSecond))
    if (!target || full === undefined) return
    latencies[name].push(await pacedLoad(target, full / 2, options.loadSeconds))
  }
}

export const signInStep: Step = async ({ child, origin, server }, measurement, bench) => {
  const { signInCpuMs } = measurement
  const {
    browsers,
    options: { signIns },
  } = bench
  const { login } = server
  if (login === undefined) return
  if (signInCpuMs.length === 0) await signInMany(browsers, origin, login, signIns / 4)
  const before = cpuMs(child.pid)
  await signInMany(browsers, origin, login, signIns)
  signInCpuMs.push((cpuMs(child.pid) - before) / signIns)
}

/** Starts a second process of the server, and ends it. */
export const startStep: Step = async ({ server }, { startMs, residentMegabytes }, bench) => {
  const second = await startServer(server, bench, 1)
  startMs.push(second.startMs)
  residentMegabytes.push(memoryOf(second.child.pid).residentMegabytes)
  await second.child.end()
}
