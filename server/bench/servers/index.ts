import { apache, apacheInfo } from './apache.ts'
import { bareFastify, bun, fastifyWithHeaders, nodeHttp } from './limits.ts'
import { nginx } from './nginx.ts'
import {
  expressMsal,
  expressOpenidConnect,
  expressOpenidConnectStore,
  fastifySession,
} from './node-peers.ts'
import type { BenchServer } from './bench-server.ts'
import { withFewLogLines, withFiles, withMemory, withRedis } from './this-server.ts'

/** The lines of the table: limits, other ways to build it, this server. */
export const servers: readonly BenchServer[] = [
  nodeHttp,
  bareFastify,
  fastifyWithHeaders,
  nginx,
  bun,
  apache,
  apacheInfo,
  expressOpenidConnect,
  expressOpenidConnectStore,
  expressMsal,
  fastifySession,
  withFiles,
  withMemory,
  withRedis,
  withFewLogLines,
]
