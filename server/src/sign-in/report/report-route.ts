import { paths, Problem, SignInError } from '@entra-bff/shared'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { Failure } from '../../failure.ts'
import type { SignInReports } from './reports.ts'

interface ReportRouteOptions {
  reports: SignInReports
}

/** `GET /api/errors/{ref}`: the report of a failed sign-in of this browser. */
export const reportRoute: FastifyPluginAsyncTypebox<ReportRouteOptions> = async (api, options) => {
  const schema = {
    params: Type.Object({ ref: Type.String({ pattern: '^[A-Za-z0-9_-]{22}$' }) }),
    response: { 200: SignInError, '4xx': Problem },
  }
  api.get(`${paths.errors}/:ref`, { schema, config: { rateLimit: {} } }, (request) => {
    const report = options.reports.find(request, request.params.ref)
    if (!report) throw new Failure('not_found', 'no such sign-in error in this browser')
    return report
  })
}
