import { type Static, Type } from 'typebox'

/** The body of the example of an own route, `GET /api/reports/agenda`. */
export const AgendaReport = Type.Object({
  preparedFor: Type.String(),
  events: Type.Array(
    Type.Object({
      subject: Type.String(),
      /** ISO 8601, in UTC: it ends with `Z`. */
      startsAt: Type.String(),
    }),
  ),
})
export type AgendaReport = Static<typeof AgendaReport>
