import type { Scenario } from '../scenario.ts'
import { entraScenarios } from './entra.ts'
import { graphScenarios } from './graph.ts'
import { machineScenarios } from './machine.ts'
import { processScenarios } from './processes.ts'
import { redisScenarios } from './redis.ts'
import { soakScenarios } from './soak.ts'
import { streamScenarios } from './streams.ts'

export const scenarios: readonly Scenario[] = [
  ...processScenarios,
  ...redisScenarios,
  ...entraScenarios,
  ...graphScenarios,
  ...machineScenarios,
  ...streamScenarios,
  ...soakScenarios,
]
