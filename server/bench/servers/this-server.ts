import { join } from 'node:path'
import { root } from '../../../scripts/support/paths.ts'
import { hasRedis } from '../../test/support/redis-server.ts'
import { Child, serverCore } from '../world/child.ts'
import type { World } from '../world/world.ts'
import type { BenchServer } from './bench-server.ts'

type Settings = Readonly<Record<string, string>>

const inFiles = ({ folder }: World, port: number): Settings => ({
  SESSION_STORE: `file:${folder}/${String(port)}`,
})

export const withFiles: BenchServer = { ...thisServer('`file:`', inFiles), quick: true }

export const withMemory = thisServer('`memory:`', () => ({ SESSION_STORE: 'memory:' }))

export const withRedis: BenchServer = {
  ...thisServer('`redis:`', ({ redisUrl }) => ({ SESSION_STORE: redisUrl })),
  quick: true,
  missing: hasRedis ? undefined : 'Redis: apt-get install redis-server',
}

export const withFewLogLines = thisServer('`file:`, `LOG_LEVEL=warn`', (world, port) => ({
  ...inFiles(world, port),
  LOG_LEVEL: 'warn',
}))

/** A line of the table: the server with these settings. */
function thisServer(what: string, settings: (world: World, port: number) => Settings): BenchServer {
  return {
    name: `this server, ${what}`,
    start: (world, _sample, port) => startThisServer(world, port, settings(world, port)),
    ready: '/api/session',
    login: '/auth/login',
    read: '/api/session',
    me: '/api/me',
  }
}

/** The built server as in production, on one core or more. */
export function startThisServer(
  world: World,
  port: number,
  more: Settings,
  cores: readonly number[] = [serverCore],
): Child {
  return new Child([process.execPath, join(root, 'server/bundle/main.js')], {
    cores,
    // A `.env` in the working folder would be read.
    cwd: world.folder,
    env: { ...serverSettings(world, port), ...more },
  })
}

/** The default settings, but for the limit of sign-ins: all of them come from one address. */
export function serverSettings({ settings, caFile }: World, port: number): Record<string, string> {
  return {
    ...settings,
    NODE_ENV: 'production',
    NODE_EXTRA_CA_CERTS: caFile,
    PORT: String(port),
    PROMPT: 'auto',
    RATE_LIMIT: '0',
    SESSION_SECRET: 'a secret of the bench of 32 characters or more',
  }
}
