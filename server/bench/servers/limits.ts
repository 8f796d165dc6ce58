import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { startApp } from './node-program.ts'
import type { BenchServer } from './bench-server.ts'

const paths = {
  ready: '/api/session',
  read: '/api/session',
  me: '/api/me',
  asset: '/assets/app.js',
} as const

export const nodeHttp: BenchServer = {
  name: 'node:http',
  start: (world, sample, port) => startApp('node-http.js', world, sample, port),
  ...paths,
}

/** All ratios are of this line. */
export const bareFastify: BenchServer = {
  name: 'bare Fastify',
  quick: true,
  start: (world, sample, port) => startApp('fastify.js', world, sample, port),
  ...paths,
}

/** Tells how much of this server's distance from bare Fastify is its headers alone. */
export const fastifyWithHeaders: BenchServer = {
  name: "bare Fastify, with this server's headers",
  start: (world, sample, port) =>
    startApp('fastify.js', world, sample, port, { args: [JSON.stringify(sample.addedHeaders)] }),
  ...paths,
}

const bunPath = findBun()

export const bun: BenchServer = {
  name: 'Bun',
  missing: bunPath ? undefined : 'Bun: npm install --global bun',
  start: (world, sample, port) =>
    startApp('bun.js', world, sample, port, { runtime: bunPath ?? 'bun' }),
  ...paths,
}

function findBun(): string | undefined {
  if (spawnSync('bun', ['--version']).status === 0) return 'bun'
  try {
    return createRequire(import.meta.url).resolve('@oven/bun-linux-x64/bin/bun')
  } catch {
    return undefined
  }
}
