import type { FastifyInstance } from 'fastify'

/** Bytes of a body, at most. */
export const maxBodyBytes = 64 * 1024

/** The routes of a scope read JSON alone, whatever parsers the app around them has. */
export function takeJsonAlone(scope: FastifyInstance): void {
  const options = { parseAs: 'string', bodyLimit: maxBodyBytes } as const
  const parser = scope.getDefaultJsonParser('error', 'error')
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('application/json', options, parser)
}
