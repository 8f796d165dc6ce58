import { paths, SignInError } from '@entra-bff/shared'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { Failure } from '../../failure.ts'
import type { RouteDoc } from '../../http/route-doc.ts'
import type { SignInReports } from './reports.ts'

interface ReportRouteOptions {
  reports: SignInReports
}

const doc: RouteDoc = {
  summary: 'Tells why a sign-in of this browser failed, and what to do.',
  description: 'For ten minutes, and only in the browser in which it failed.',
  tag: 'Sign-in',
  problems: ['not_found'],
}

/** `GET /api/errors/{ref}`: the report of a failed sign-in of this browser. */
export const reportRoute: FastifyPluginAsyncTypebox<ReportRouteOptions> = async (api, options) => {
  const schema = {
    params: Type.Object({ ref: Type.String({ pattern: '^[A-Za-z0-9_-]{22}$' }) }),
    response: { 200: SignInError },
  }
  api.get(`${paths.errors}/:ref`, { schema, config: { doc, rateLimit: {} } }, (request) => {
    const report = options.reports.find(request, request.params.ref)
    if (!report) throw new Failure('not_found', 'no such sign-in error in this browser')
    return report
  })
}
