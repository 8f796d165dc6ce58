import { isIP } from 'node:net'
import type { FastifyRequest } from 'fastify'

/** The caller's address; what a proxy that is believed calls one, and is none, is not repeated. */
export function addressOf({ ip }: FastifyRequest): string {
  return isIP(ip) === 0 ? 'unknown' : ip
}
