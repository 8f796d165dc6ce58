import { spawnSync } from 'node:child_process'
import { buildBench, buildWeb } from '../../scripts/support/build.ts'
import { giveUp, say } from '../../scripts/support/say.ts'
import { measureAll } from './figures.ts'
import { takeSample } from './measure/sample.ts'
import { type BenchOptions, help, readOptions } from './options.ts'
import { writeFigures } from './page.ts'
import { missingRequirements } from './requirements.ts'
import { endAll, loadCore } from './world/child.ts'
import { browserAgent } from './world/sign-in.ts'
import { openWorld } from './world/world.ts'

const options = readArguments()
const missing = missingRequirements()
if (missing.length > 0) giveUp(`The bench needs:\n${missing.map((what) => `  ${what}`).join('\n')}`)

process.once('exit', endAll)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))

buildWeb()
buildBench()
spawnSync('taskset', ['-acp', String(loadCore), String(process.pid)])

const world = await openWorld()
const browsers = browserAgent(world)
const sample = await takeSample(world, browsers)
const { text, isComplete } = await measureAll({ options, world, sample, browsers })
say(`\n${options.quick ? 'A quick run: few rounds, short loads.\n\n' : ''}${text}`)
if (!isComplete) giveUp('\nA measurement has failed, so docs/performance.md stays as it was.')
if (options.isFullRun) writeFigures(text)
// The identity provider and the stand-in for Graph still run.
process.exit()

function readArguments(): BenchOptions {
  try {
    const chosen = readOptions(process.argv.slice(2))
    if (chosen) return chosen
    say(help)
    process.exit()
  } catch (error) {
    return giveUp(`${error instanceof Error ? error.message : String(error)}\n\n${help}`)
  }
}
