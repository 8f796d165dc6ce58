import { join } from 'node:path'
import { root } from '../../../scripts/support/paths.ts'
import { Child, serverCore } from '../world/child.ts'
import type { World } from '../world/world.ts'
import type { BenchServer } from './bench-server.ts'

const paths = {
  ready: '/api/session',
  login: '/auth/login',
  read: '/api/session',
  me: '/api/me',
} as const

export const withFiles: BenchServer = {
  name: 'this server, `file:`',
  quick: true,
  start: (world, _sample, port) =>
    startThisServer(world, port, { SESSION_STORE: `file:${world.folder}/${String(port)}` }),
  ...paths,
}

export const withMemory: BenchServer = {
  name: 'this server, `memory:`',
  start: (world, _sample, port) => startThisServer(world, port, { SESSION_STORE: 'memory:' }),
  ...paths,
}

export const withFewLogLines: BenchServer = {
  name: 'this server, `file:`, `LOG_LEVEL=warn`',
  start: (world, _sample, port) =>
    startThisServer(world, port, {
      SESSION_STORE: `file:${world.folder}/${String(port)}`,
      LOG_LEVEL: 'warn',
    }),
  ...paths,
}

/** The built server as in production, on one core. */
export function startThisServer(
  world: World,
  port: number,
  more: Readonly<Record<string, string>>,
  core = serverCore,
): Child {
  return new Child([process.execPath, join(root, 'server/bundle/main.js')], {
    core,
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
