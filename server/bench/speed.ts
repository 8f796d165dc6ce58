import type { Latency } from './load/paced.ts'
import type { Load } from './load/wrk.ts'
import type { Measurement } from './measure/measure-server.ts'
import type { Result } from './measure/measure-servers.ts'
import { bareFastify } from './servers/limits.ts'
import { formatDecimal, formatInteger, type Lines, median } from './table.ts'

/** The two paths that matter most, and their shares of bare Fastify. */
export function speedLines(results: readonly Result[]): Lines {
  const fastify = results.find(({ server }) => server === bareFastify)?.measurement
  const head = [
    '',
    ...['session read/s', 'per CPU s', 'p50 / p99 ms', 'of Fastify'],
    ...['`/api/me`/s', 'per CPU s', 'p50 / p99 ms', 'of Fastify'],
  ]
  const cells = ({ loads, latencies }: Measurement, name: 'read' | 'me'): string[] => [
    rateCell(loads[name]),
    formatInteger(median(loads[name].map(({ requestsPerCpuSecond }) => requestsPerCpuSecond))),
    latencyCell(latencies[name]),
    formatDecimal(median(sharesOf(loads[name], fastify?.loads[name] ?? []))),
  ]
  return [head, ...linesOf(results, (own) => [...cells(own, 'read'), ...cells(own, 'me')])]
}

/** Everything else that all servers have. */
export function otherLines(results: readonly Result[]): Lines {
  const head = ['', ...['refusal/s', 'asset/s', 'sign-in CPU ms', 'start ms', 'memory MB']]
  return [
    head,
    ...linesOf(results, ({ loads, signInCpuMs, startMs, residentMegabytes }) => [
      rateCell(loads.refusal),
      rateCell(loads.asset),
      formatDecimal(median(signInCpuMs), 1),
      formatInteger(median(startMs)),
      formatInteger(median(residentMegabytes)),
    ]),
  ]
}

function linesOf(
  results: readonly Result[],
  cellsOf: (measurement: Measurement) => string[],
): string[][] {
  return results.map(({ server: { name, missing }, measurement, failure }) => {
    if (missing !== undefined) return [name, 'missing']
    return failure === undefined ? [name, ...cellsOf(measurement)] : [name, 'failed']
  })
}

/** Each load is compared with that of the same round, since the machine's speed changes from round to round. */
function sharesOf(own: readonly Load[], fastify: readonly Load[]): (number | undefined)[] {
  return own.map(({ requestsPerCpuSecond }, round) => {
    const limit = fastify[round]?.requestsPerCpuSecond
    return limit && requestsPerCpuSecond / limit
  })
}

function rateCell(loads: readonly Load[]): string {
  return formatInteger(median(loads.map(({ requestsPerSecond }) => requestsPerSecond)))
}

function latencyCell(latencies: readonly Latency[]): string {
  const p50 = median(latencies.map((latency) => latency.p50))
  const p99 = median(latencies.map((latency) => latency.p99))
  return p50 === undefined ? '–' : `${formatDecimal(p50)} / ${formatDecimal(p99)}`
}
