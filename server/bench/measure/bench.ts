import type { Agent } from 'undici'
import type { BenchOptions } from '../options.ts'
import type { Sample } from '../servers/bench-server.ts'
import type { World } from '../world/world.ts'

/** What every measurement gets. */
export interface Bench {
  options: BenchOptions
  world: World
  sample: Sample
  /** Connections of the browsers that sign in. */
  browsers: Agent
}
