import { AgendaReport, paths, reportRole } from '@entra-bff/shared'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { requireCaller } from '../caller/caller.ts'
import { requireRole } from '../caller/requirement.ts'
import type { OwnRouteTools } from './own-routes.ts'

/** Which members of Graph's answer this route reads, and what they are. */
const EventPage = Type.Object({
  value: Type.Array(
    Type.Object({
      subject: Type.Union([Type.String(), Type.Null()]),
      start: Type.Object({ dateTime: Type.String(), timeZone: Type.Literal('UTC') }),
    }),
  ),
})

const monthMs = 30 * 24 * 3600 * 1000

/** An example of an own route: copy this file. It makes a report of what Microsoft Graph answers. */
export function agendaReport(api: FastifyInstance, { graph, callApi }: OwnRouteTools): void {
  const options = {
    preHandler: requireRole(reportRole),
    schema: { response: { 200: AgendaReport } },
    config: { doc: { summary: 'Reports the next events of the signed-in person.' } },
  }
  api.get(paths.agendaReport, options, async (request): Promise<AgendaReport> => {
    const { user } = requireCaller(request)
    const query = new URLSearchParams({
      startDateTime: new Date().toISOString(),
      endDateTime: new Date(Date.now() + monthMs).toISOString(),
      $select: 'subject,start',
      $orderby: 'start/dateTime',
      $top: '5',
    })
    const call = {
      resource: graph,
      path: `/v1.0/me/calendarView?${query.toString()}`,
      scopes: ['Calendars.Read'],
    }
    const { value } = await callApi(request, call, EventPage)
    const events = value.map(({ subject, start }) => ({
      subject: subject ?? '(no subject)',
      startsAt: `${start.dateTime}Z`,
    }))
    return { preparedFor: user.name, events }
  })
}
