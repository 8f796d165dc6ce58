import { paths, Problem, SignInError } from '@entra-bff/shared'
import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { Failure } from '../../failure.ts'
import type { SignInReports } from './reports.ts'

/** `GET /api/errors/{ref}`: what happened to this browser's sign-in. */
export const reportRoute: FastifyPluginCallbackTypebox<{ reports: SignInReports }> = (
  api,
  { reports },
  done,
) => {
  const schema = {
    params: Type.Object({ ref: Type.String({ pattern: '^[A-Za-z0-9_-]{22}$' }) }),
    response: { 200: SignInError, '4xx': Problem },
  }
  api.get(`${paths.errors}/:ref`, { schema, config: { rateLimit: {} } }, (request) => {
    const error = reports.find(request, request.params.ref)
    if (!error) throw new Failure('not_found', 'no such sign-in error in this browser')
    return error
  })
  done()
}
