import { describeMachine } from './machine.ts'
import { manySignInLines } from './measure/many-sign-ins.ts'
import { visitAll } from './measure/rounds.ts'
import { storedSessionLines } from './measure/stored-sessions.ts'
import { twoProcessesLines } from './measure/two-processes.ts'
import type { Bench } from './measure/visit.ts'
import { otherLines, speedLines, type Visits } from './speed.ts'
import { type Lines, table } from './table.ts'

/** Measures what the form asks for. @returns Markdown */
export async function measureAll(bench: Bench): Promise<string> {
  const { measures } = bench.form
  const sections: string[] = []
  if (measures('read', 'me', 'latency', 'refusal', 'asset', 'sign-in', 'start')) {
    const visits = await visitAll(bench)
    if (measures('read', 'me', 'latency')) sections.push(...section('Speed', speedLines(visits)))
    if (measures('refusal', 'asset', 'sign-in', 'start')) {
      sections.push(...section('Other work, start, memory', otherLines(visits)))
    }
    sections.push(...reasonsOf(visits))
  }
  if (measures('stored')) {
    sections.push(...section('Sessions in the store', await storedSessionLines(bench)))
  }
  if (measures('many-sign-ins')) {
    sections.push(...section('Many sign-ins', await manySignInLines(bench)))
  }
  if (measures('processes')) {
    sections.push(...section('Two processes on one store', await twoProcessesLines(bench)))
  }
  const [machine = '', versions = ''] = describeMachine()
  const date = new Date().toISOString().slice(0, 10)
  return [`${date}, ${machine}.\n${versions}.`, ...sections].join('\n\n')
}

function section(heading: string, lines: Lines): string[] {
  return [`### ${heading}`, table(lines)]
}

/** Why a server is missing in the tables. */
function reasonsOf(visits: Visits): string[] {
  const reasons = [...visits].flatMap(([{ name }, own]) => {
    return typeof own === 'string' ? [`- ${name}: ${own}`] : []
  })
  return reasons.length > 0 ? [`Missing:\n\n${reasons.join('\n')}`] : []
}
