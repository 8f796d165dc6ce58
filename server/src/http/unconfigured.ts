import { paths, pages } from '@entra-bff/shared'
import type { FastifyInstance } from 'fastify'
import { Failure } from '../failure.ts'

/** In place of sign-in and API while the values from the app registration are missing. */
export function unconfigured(app: FastifyInstance, _options: object, done: () => void): void {
  app.get(paths.login, (_request, reply) => reply.redirect(pages.setup, 303))
  app.all('/api/*', () => {
    throw new Failure('config_missing', 'values from the app registration are missing')
  })
  done()
}
