import { doctorCommand } from '../../src/commands/doctor.ts'
import type { CheckName, Finding } from '../../src/doctor/finding.ts'

export interface Diagnosis {
  exitCode: number
  findings: Finding[]
  /** What one check found: "<status> <text>. <remedy>". */
  of: (check: CheckName) => string[]
}

/** What the doctor prints as text. */
export async function runDoctor(env: Record<string, string>, ...args: string[]) {
  const [out, err]: [string[], string[]] = [[], []]
  const output = { out: (line: string) => out.push(line), err: (line: string) => err.push(line) }
  const exitCode = await doctorCommand(args, env, output)
  return { exitCode, out, err: err.join('\n') }
}

/** What the doctor finds with these settings. */
export async function diagnose(env: Record<string, string>): Promise<Diagnosis> {
  const { exitCode, out } = await runDoctor(env, '--json')
  const { findings } = JSON.parse(out.join('\n')) as { findings: Finding[] }
  const of = (name: CheckName) => findings.filter(({ check }) => check === name).map(lineOf)
  return { exitCode, findings, of }
}

function lineOf({ status, text, remedy }: Finding): string {
  return `${status} ${text}${remedy === undefined ? '' : `. ${remedy}`}`
}
