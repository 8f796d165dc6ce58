import { startApp } from './node-program.ts'
import type { BenchServer } from './bench-server.ts'

const paths = { ready: '/', read: '/api/session', me: '/api/me', asset: '/assets/app.js' } as const

export const expressOpenidConnect: BenchServer = {
  name: 'express-openid-connect, cookie',
  start: (world, sample, port) => startApp('express-openid-connect.js', world, sample, port),
  ...paths,
  login: '/login',
}

export const expressOpenidConnectStore: BenchServer = {
  name: 'express-openid-connect, store in memory',
  start: (world, sample, port) =>
    startApp('express-openid-connect.js', world, sample, port, { args: ['store'] }),
  ...paths,
  login: '/login',
}

export const expressMsal: BenchServer = {
  name: "Express and MSAL, as in Microsoft's sample",
  quick: true,
  start: (world, sample, port) => startApp('express-msal.js', world, sample, port),
  ...paths,
  login: '/auth/signin',
}

export const fastifySession: BenchServer = {
  name: '@fastify/session on LMDB',
  start: (world, sample, port) => startApp('fastify-session.js', world, sample, port),
  ...paths,
  login: '/auth/signin',
}
