import type { Latency } from './load/paced.ts'
import type { Visit } from './measure/visit.ts'
import { bareFastify } from './servers/limits.ts'
import type { Row } from './servers/row.ts'
import { decimal, type Lines, median, whole } from './table.ts'

/** The visits of each line of the table, in the order of the rounds; a text says why there are none. */
export type Visits = ReadonlyMap<Row, Visit[] | string>

/** The two paths that matter most, and their shares of bare Fastify. */
export function speedLines(visits: Visits): Lines {
  const fastify = visits.get(bareFastify)
  const head = [
    '',
    ...['session read/s', 'per CPU s', 'p50 / p99 ms', 'of Fastify'],
    ...['`/api/me`/s', 'per CPU s', 'p50 / p99 ms', 'of Fastify'],
  ]
  const cells = (own: Visit[], name: 'read' | 'me'): string[] => {
    const half = name === 'read' ? 'readAtHalf' : 'meAtHalf'
    return [
      whole(median(own.map((visit) => visit[name]?.rate))),
      whole(median(own.map((visit) => visit[name]?.perCpuSecond))),
      latencyCell(own.map((visit) => visit[half])),
      decimal(median(own.map((visit, round) => shareOf(visit, fastify?.[round], name)))),
    ]
  }
  return [head, ...linesOf(visits, (own) => [...cells(own, 'read'), ...cells(own, 'me')])]
}

/** Everything else that all servers have. */
export function otherLines(visits: Visits): Lines {
  const head = ['', ...['refusal/s', 'asset/s', 'sign-in CPU ms', 'start ms', 'memory MB']]
  return [
    head,
    ...linesOf(visits, (own) => [
      whole(median(own.map(({ refusal }) => refusal?.rate))),
      whole(median(own.map(({ asset }) => asset?.rate))),
      decimal(median(own.map(({ signInMs }) => signInMs)), 1),
      whole(median(own.map(({ startMs }) => startMs))),
      whole(median(own.map(({ memory }) => memory))),
    ]),
  ]
}

function linesOf(visits: Visits, cellsOf: (own: Visit[]) => string[]): string[][] {
  return [...visits].map(([{ name }, own]) => {
    return typeof own === 'string' ? [name, 'missing'] : [name, ...cellsOf(own)]
  })
}

/** Of the same round, since the machine's speed changes from round to round. */
function shareOf(
  own: Visit,
  fastify: Visit | string | undefined,
  name: 'read' | 'me',
): number | undefined {
  const load = own[name]
  const limit = typeof fastify === 'object' ? fastify[name] : undefined
  return load && limit && load.perCpuSecond / limit.perCpuSecond
}

function latencyCell(values: readonly (Latency | undefined)[]): string {
  const p50 = median(values.map((value) => value?.p50))
  const p99 = median(values.map((value) => value?.p99))
  return p50 === undefined ? '–' : `${decimal(p50)} / ${decimal(p99)}`
}
