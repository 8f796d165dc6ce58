import { spawnSync } from 'node:child_process'
import { buildBench, buildWeb } from '../../scripts/support/build.ts'
import { giveUp, say } from '../../scripts/support/say.ts'
import { describeMachine } from './machine.ts'
import { visitAll } from './measure/rounds.ts'
import { takeSample } from './measure/sample.ts'
import type { Bench } from './measure/visit.ts'
import { type Form, help, readOptions } from './options.ts'
import { missingRequirements } from './requirements.ts'
import { otherLines, speedLines } from './speed.ts'
import { table } from './table.ts'
import { endAll, loadCore } from './world/child.ts'
import { browserAgent } from './world/sign-in.ts'
import { openWorld } from './world/world.ts'

process.once('exit', endAll)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))

const form = readForm()
const missing = missingRequirements()
if (missing.length > 0) giveUp(`The bench needs:\n${missing.map((what) => `  ${what}`).join('\n')}`)
buildWeb()
buildBench()
spawnSync('taskset', ['-acp', String(loadCore), String(process.pid)])
say(await run(form))
// Connections and helpers may still be open.
process.exit()

function readForm(): Form {
  try {
    const chosen = readOptions(process.argv.slice(2))
    if (chosen) return chosen
    say(help)
    process.exit()
  } catch (error) {
    return giveUp(`${error instanceof Error ? error.message : String(error)}\n\n${help}`)
  }
}

async function run(chosen: Form): Promise<string> {
  const world = await openWorld()
  const browsers = browserAgent(world)
  const sample = await takeSample(world, browsers)
  const bench: Bench = { form: chosen, world, sample, browsers }
  const visits = await visitAll(bench)
  const reasons = [...visits].flatMap(([{ name }, own]) => {
    return typeof own === 'string' ? [`- ${name}: ${own}`] : []
  })
  return [
    describeMachine().join('\n'),
    table(speedLines(visits)),
    table(otherLines(visits)),
    ...(reasons.length > 0 ? [reasons.join('\n')] : []),
  ].join('\n\n')
}
