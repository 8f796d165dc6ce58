import { isIP } from 'node:net'
import { normalizeIP } from '@fastify/rate-limit'
import type { FastifyRequest } from 'fastify'

/** The caller's address; what a proxy that is believed calls one, and is none, is not repeated. */
export function addressOf({ ip }: FastifyRequest): string {
  return isIP(ip) === 0 ? 'unknown' : ip
}

/** What one customer of a provider gets at most (RFC 6177). */
export const customerPrefix = 48

/** The IPv6 network that a caller's address lies in; an IPv4 address stands for itself. */
export function networkOf(request: FastifyRequest, ipv6Prefix: number): string {
  return normalizeIP(addressOf(request), ipv6Prefix)
}
