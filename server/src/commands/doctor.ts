import { parseArgs } from 'node:util'
import { examine } from '../doctor/examine.ts'
import { checkNames, type Finding } from '../doctor/finding.ts'
import { plain } from './lines.ts'
import type { Output } from './sessions.ts'

const usage = `Usage:
  doctor          checks the settings against Entra, the store, the APIs and PUBLIC_URL
  doctor --json   the same, for programs`

/**
 * Prints a line for each finding, or all findings as one object of JSON.
 * @returns the exit code: 0 nothing failed, 1 something failed, 2 wrong arguments
 */
export async function doctorCommand(
  args: string[],
  env: Readonly<Record<string, string | undefined>>,
  { out, err }: Output,
): Promise<0 | 1 | 2> {
  const form = formOf(args)
  if (form === undefined) {
    err(usage)
    return 2
  }
  const findings: Finding[] = []
  await examine(env, (finding) => {
    findings.push(finding)
    if (form === 'text') out(lineOf(finding))
  })
  const ok = findings.every(({ status }) => status !== 'fail')
  if (form === 'json') out(JSON.stringify({ ok, findings }))
  return ok ? 0 : 1
}

/** @returns undefined when the arguments are not valid */
function formOf(args: string[]): 'text' | 'json' | undefined {
  try {
    const { values } = parseArgs({ args, options: { json: { type: 'boolean' } } })
    return values.json === true ? 'json' : 'text'
  } catch {
    return undefined
  }
}

const nameWidth = Math.max(...checkNames.map((name) => name.length))

function lineOf({ status, check, text, remedy }: Finding): string {
  const line = `${status.padEnd(4)}  ${check.padEnd(nameWidth)}  ${text}`
  return plain(remedy === undefined ? line : `${line}. ${remedy}`)
}
