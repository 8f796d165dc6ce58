import { setTimeout as after } from 'node:timers/promises'
import { type Scenario, underLoad } from '../scenario.ts'

/** Processes of the server that end, by a signal or by themselves. */
export const processScenarios: readonly Scenario[] = [
  underLoad(
    'the process on files is killed and started again',
    { site: { store: 'file' }, allowed: ['unreached', 'broken'] },
    async (site, { rounds, faultMs }) => {
      for (let round = 0; round < rounds; round += 1) {
        await after(faultMs)
        await site.endServer('SIGKILL')
        await site.startServer()
        await site.signIn()
      }
    },
  ),
  underLoad(
    'one of two processes on Redis is killed and started again',
    {
      site: { store: 'redis', servers: 2 },
      needs: 'redis-server',
      allowed: ['unreached', 'broken'],
    },
    async (site, { rounds, faultMs }) => {
      for (let round = 0; round < rounds; round += 1) {
        await after(faultMs)
        await site.endServer('SIGKILL', 1)
        await site.startServer(1)
        await site.signIn()
      }
    },
  ),
  underLoad(
    'SIGTERM ends the process on files: each request that reached it is answered',
    { site: { store: 'file' }, allowed: ['unreached'] },
    async (site, { rounds, faultMs }) => {
      for (let round = 0; round < rounds; round += 1) {
        await after(faultMs)
        await site.endServer('SIGTERM')
        await site.startServer()
      }
    },
  ),
]
