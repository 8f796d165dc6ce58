import { paths, pages } from '@entra-bff/shared'
import type { FastifyInstance } from 'fastify'
import { Failure } from '../failure.ts'
import type { RouteDoc } from './route-doc.ts'

const loginDoc: RouteDoc = {
  summary: 'Leads to the Setup view.',
  tag: 'Sign-in',
  answers: { 303: { description: 'To the Setup view.', headers: ['Location'] } },
}

const apiDoc: RouteDoc = {
  summary: 'Refuses every call until the app registration is set up.',
  tag: 'APIs',
  session: 'ignored',
  problems: ['config_missing'],
  answers: {},
}

/** Stands in for sign-in and API while values from the app registration are missing. */
export async function unconfigured(app: FastifyInstance): Promise<void> {
  app.get(paths.login, { config: { doc: loginDoc } }, (_request, reply) =>
    reply.redirect(pages.setup, 303),
  )
  app.all('/api/*', { config: { doc: apiDoc } }, () => {
    throw new Failure('config_missing', 'values from the app registration are missing')
  })
}
