import type { Latency } from './load/paced.ts'
import type { Measurement } from './measure/measure-server.ts'
import { bareFastify } from './servers/limits.ts'
import type { BenchServer } from './servers/bench-server.ts'
import { formatDecimal, formatInteger, type Lines, median } from './table.ts'

/** The measurements of each line of the table, in the order of the rounds; a text says why there are none. */
export type Measurements = ReadonlyMap<BenchServer, Measurement[] | string>

/** The two paths that matter most, and their shares of bare Fastify. */
export function speedLines(measurements: Measurements): Lines {
  const fastify = measurements.get(bareFastify)
  const head = [
    '',
    ...['session read/s', 'per CPU s', 'p50 / p99 ms', 'of Fastify'],
    ...['`/api/me`/s', 'per CPU s', 'p50 / p99 ms', 'of Fastify'],
  ]
  const cells = (own: Measurement[], name: 'read' | 'me'): string[] => {
    const half = name === 'read' ? 'readAtHalf' : 'meAtHalf'
    return [
      formatInteger(median(own.map((measurement) => measurement[name]?.requestsPerSecond))),
      formatInteger(median(own.map((measurement) => measurement[name]?.requestsPerCpuSecond))),
      latencyCell(own.map((measurement) => measurement[half])),
      formatDecimal(
        median(own.map((measurement, round) => shareOf(measurement, fastify?.[round], name))),
      ),
    ]
  }
  return [head, ...linesOf(measurements, (own) => [...cells(own, 'read'), ...cells(own, 'me')])]
}

/** Everything else that all servers have. */
export function otherLines(measurements: Measurements): Lines {
  const head = ['', ...['refusal/s', 'asset/s', 'sign-in CPU ms', 'start ms', 'memory MB']]
  return [
    head,
    ...linesOf(measurements, (own) => [
      formatInteger(median(own.map(({ refusal }) => refusal?.requestsPerSecond))),
      formatInteger(median(own.map(({ asset }) => asset?.requestsPerSecond))),
      formatDecimal(median(own.map(({ signInCpuMs }) => signInCpuMs)), 1),
      formatInteger(median(own.map(({ startMs }) => startMs))),
      formatInteger(median(own.map(({ memoryMegabytes }) => memoryMegabytes))),
    ]),
  ]
}

function linesOf(
  measurements: Measurements,
  cellsOf: (own: Measurement[]) => string[],
): string[][] {
  return [...measurements].map(([{ name }, own]) => {
    return typeof own === 'string' ? [name, 'missing'] : [name, ...cellsOf(own)]
  })
}

/** Of the same round, since the machine's speed changes from round to round. */
function shareOf(
  own: Measurement,
  fastify: Measurement | string | undefined,
  name: 'read' | 'me',
): number | undefined {
  const load = own[name]
  const limit = typeof fastify === 'object' ? fastify[name] : undefined
  return load && limit && load.requestsPerCpuSecond / limit.requestsPerCpuSecond
}

function latencyCell(values: readonly (Latency | undefined)[]): string {
  const p50 = median(values.map((value) => value?.p50))
  const p99 = median(values.map((value) => value?.p99))
  return p50 === undefined ? '–' : `${formatDecimal(p50)} / ${formatDecimal(p99)}`
}
