import { type Static, Type } from 'typebox'

/** A setting as the Setup view shows it: never its value. */
export const SettingStatus = Type.Object({
  name: Type.String(),
  status: Type.Union([Type.Literal('present'), Type.Literal('missing'), Type.Literal('invalid')]),
  /** What it is, or what is wrong with it. */
  detail: Type.String(),
})
export type SettingStatus = Static<typeof SettingStatus>

/** The body of `GET /api/setup`. All but `configured` is told to the developer's own machine only. */
export const SetupView = Type.Object({
  configured: Type.Boolean(),
  settings: Type.Optional(Type.Array(SettingStatus)),
  /** The exact redirect URI to register. */
  redirectUri: Type.Optional(Type.String()),
})
export type SetupView = Static<typeof SetupView>
