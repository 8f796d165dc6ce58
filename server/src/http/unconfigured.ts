import { paths, pages } from '@entra-bff/shared'
import type { FastifyInstance } from 'fastify'
import { Failure } from '../failure.ts'

/** Stands in for sign-in and API while values from the app registration are missing. */
export async function unconfigured(app: FastifyInstance): Promise<void> {
  app.get(paths.login, (_request, reply) => reply.redirect(pages.setup, 303))
  app.all('/api/*', () => {
    throw new Failure('config_missing', 'values from the app registration are missing')
  })
}
