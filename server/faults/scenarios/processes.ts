import { existsSync, readFileSync } from 'node:fs'
import { setTimeout as after } from 'node:timers/promises'
import { get } from '../person.ts'
import { type Scenario, underLoad } from '../scenario.ts'
import type { Site } from '../site.ts'

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
    'a process on Redis is killed while it refreshes a token: the other one refreshes it',
    {
      site: { store: 'redis', servers: 2 },
      needs: 'redis-server',
      allowed: ['unreached', 'broken'],
    },
    async (site, { rounds }) => {
      for (let round = 0; round < rounds; round += 1) await killDuringRefresh(site)
    },
  ),
  underLoad(
    'a worker on files is killed, and then the first process with all its workers',
    { site: { store: 'file', settings: { WORKERS: '2' } }, allowed: ['unreached', 'broken'] },
    async (site, { rounds, faultMs }) => {
      for (let round = 0; round < rounds; round += 1) {
        await after(faultMs)
        const [worker] = workersOf(site)
        if (worker === undefined) throw new Error('no worker runs')
        process.kill(worker, 'SIGKILL')
        await site.recovered()
        await site.signIn()
        await after(faultMs)
        const workers = workersOf(site)
        await site.endServer('SIGKILL')
        await site.until('a worker outlives the first process', () => !workers.some(isAlive))
        await site.startServer()
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

function workersOf(site: Site): number[] {
  const pid = String(site.server().pid)
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
  return children.split(' ').filter(Boolean).map(Number)
}

function isAlive(pid: number): boolean {
  return existsSync(`/proc/${String(pid)}`)
}

/** The second server has the lease when it dies. The first one waits until the lease is over. */
async function killDuringRefresh(site: Site): Promise<void> {
  const { emulator, addresses, agent } = site
  emulator.setLifetimes({ accessToken: 0 })
  const person = await site.signInAside()
  emulator.setLifetimes({ accessToken: 3_600 })
  emulator.clearRequests()
  emulator.failNext('token', { hang: true })
  const lost = get(addresses[1] ?? '', '/api/me', person, agent).catch(() => 'lost')
  await site.until('no token is refreshed', () => emulator.requests('token').length > 0)
  await site.endServer('SIGKILL', 1)
  if ((await lost) !== 'lost')
    throw new Error('the process that was killed did not refresh the token')
  const { status, json } = await get(addresses[0] ?? '', '/api/me', person, agent)
  if (status !== 200) throw new Error(`${String(status)} ${JSON.stringify(json)}`)
  site.people.push(person)
  await site.startServer(1)
}
