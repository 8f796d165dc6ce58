import { inPath, isExecutable } from '../../scripts/support/debian.ts'
import { buildServer } from '../../scripts/support/build.ts'
import { giveUp, say } from '../../scripts/support/say.ts'
import { type FaultOptions, help, readOptions } from './options.ts'
import { complaintsOf, type Outcome, type Scenario } from './scenario.ts'
import { scenarios } from './scenarios/index.ts'

const { words, scale } = readArguments()
const wanted = scenarios.filter(
  ({ name }) => words.length === 0 || words.some((w) => name.includes(w)),
)
if (wanted.length === 0) giveUp(`No scenario has one of these words: ${words.join(' ')}`)

buildServer()
let failedCount = 0
for (const scenario of wanted) {
  if (!(await passes(scenario))) failedCount += 1
}
say(`\n${String(wanted.length - failedCount)} of ${String(wanted.length)} passed.`)
process.exit(failedCount === 0 ? 0 : 1)

async function passes(scenario: Scenario): Promise<boolean> {
  say(`\n${scenario.name}`)
  const { needs } = scenario
  if (needs !== undefined && !inPath([needs]).some(isExecutable)) {
    say(`  FAILED: ${needs} is missing; install it and run this again`)
    return false
  }
  try {
    const outcome = await scenario.run(scale)
    say(`  ${told(outcome)}`)
    const complaints = complaintsOf(outcome)
    for (const complaint of complaints) say(`  FAILED: ${complaint}`)
    return complaints.length === 0
  } catch (error) {
    say(`  FAILED: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    return false
  }
}

function told({ tally, lost, notes }: Outcome): string {
  const { sent, answered, refused, unreached, broken } = tally
  const counts = { sent, answered, refused, unreached, broken, lost }
  const parts = Object.entries(counts).map(([name, count]) => `${name} ${String(count)}`)
  return [...parts, ...(notes === undefined ? [] : [notes])].join(', ')
}

function readArguments(): FaultOptions {
  try {
    const options = readOptions(process.argv.slice(2))
    if (options) return options
    say(help)
    process.exit()
  } catch (error) {
    return giveUp(`${error instanceof Error ? error.message : String(error)}\n\n${help}`)
  }
}
