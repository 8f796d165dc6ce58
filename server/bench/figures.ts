import { describeMachine } from './machine.ts'
import { manySignInLines } from './measure/many-sign-ins.ts'
import { measureServers } from './measure/measure-servers.ts'
import { storedSessionLines } from './measure/stored-sessions.ts'
import { twoProcessesLines } from './measure/two-processes.ts'
import type { Bench } from './measure/measure-server.ts'
import { otherLines, speedLines, type Measurements } from './speed.ts'
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
    const measurements = await measureServers(bench)
    if (measures('read', 'me', 'latency')) sections.push(section('Speed', speedLines(measurements)))
    if (measures('refusal', 'asset', 'sign-in', 'start')) {
      sections.push(section('Other work, start, memory', otherLines(measurements)))
    }
    sections.push(...reasonsOf(measurements))
  }
  if (measures('stored')) await add('Sessions in the store', () => storedSessionLines(bench))
  if (measures('many-sign-ins')) await add('Many sign-ins', () => manySignInLines(bench))
  if (measures('processes')) {
    await add('Two processes on one store', () => twoProcessesLines(bench))
  }
  const [machine = '', versions = ''] = describeMachine()
  const date = new Date().toISOString().slice(0, 10)
  return { text: [`${date}, ${machine}.`, `${versions}.`, ...sections].join('\n\n'), isComplete }
}

function section(heading: string, lines: Lines): string {
  return `### ${heading}\n\n${table(lines)}`
}

/** Why a server is missing in the tables. */
function reasonsOf(measurements: Measurements): string[] {
  const reasons = [...measurements].flatMap(([{ name }, own]) => {
    return typeof own === 'string' ? [`- ${name}: ${own}`] : []
  })
  return reasons.length > 0 ? [`Missing:\n\n${reasons.join('\n')}`] : []
}
