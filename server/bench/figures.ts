import { describeMachine } from './machine.ts'
import type { Bench } from './measure/bench.ts'
import { manySignInLines } from './measure/many-sign-ins.ts'
import { measureServers, type Result } from './measure/measure-servers.ts'
import { storedSessionLines } from './measure/stored-sessions.ts'
import { severalProcessesLines } from './measure/several-processes.ts'
import { otherLines, speedLines } from './speed.ts'
import { type Lines, table } from './table.ts'

export interface Figures {
  /** Markdown. */
  text: string
  /** False when a measurement has failed; the text says why. */
  isComplete: boolean
}

/** Measures what the options ask for. A measurement that fails does not lose the others. */
export async function measureAll(bench: Bench): Promise<Figures> {
  const { measures } = bench.options
  const sections: string[] = []
  let isComplete = true
  const add = async (heading: string, measure: () => Promise<Lines>) => {
    try {
      sections.push(section(heading, await measure()))
    } catch (error) {
      isComplete = false
      sections.push(`### ${heading}\n\nFailed: ${String(error)}`)
    }
  }
  if (measures('read', 'me', 'latency', 'refusal', 'asset', 'sign-in', 'start')) {
    const results = await measureServers(bench)
    if (results.some(({ failure }) => failure !== undefined)) isComplete = false
    if (measures('read', 'me', 'latency')) sections.push(section('Speed', speedLines(results)))
    if (measures('refusal', 'asset', 'sign-in', 'start')) {
      sections.push(section('Other work, start, memory', otherLines(results)))
    }
    sections.push(
      ...reasons('Missing', results, ({ server }) => server.missing),
      ...reasons('Failed', results, ({ failure }) => failure),
    )
  }
  if (measures('stored')) await add('Sessions in the store', () => storedSessionLines(bench))
  if (measures('many-sign-ins')) await add('Many sign-ins', () => manySignInLines(bench))
  if (measures('processes')) {
    await add('Several processes on one store', () => severalProcessesLines(bench))
  }
  const [machine = '', versions = ''] = describeMachine()
  const date = new Date().toISOString().slice(0, 10)
  return { text: [`${date}, ${machine}.`, `${versions}.`, ...sections].join('\n\n'), isComplete }
}

function section(heading: string, lines: Lines): string {
  return `### ${heading}\n\n${table(lines)}`
}

/** Why servers have no figures in the tables. */
function reasons(
  heading: string,
  results: readonly Result[],
  reasonOf: (result: Result) => string | undefined,
): string[] {
  const lines = results.flatMap((result) => {
    const reason = reasonOf(result)
    return reason === undefined ? [] : [`- ${result.server.name}: ${reason}`]
  })
  return lines.length > 0 ? [`${heading}:\n\n${lines.join('\n')}`] : []
}
