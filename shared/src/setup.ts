import { type Static, Type } from 'typebox'

/** The status of a setting, without its value; or of a claim that the app registration has to give. */
export const SettingStatus = Type.Object({
  name: Type.String(),
  status: Type.Union([Type.Literal('present'), Type.Literal('missing'), Type.Literal('invalid')]),
  /** What it is, or what is wrong with it. */
  detail: Type.String(),
})
export type SettingStatus = Static<typeof SettingStatus>

/** The body of `GET /api/setup`. Only a browser on the server's own machine gets more than `configured`. */
export const SetupView = Type.Object({
  configured: Type.Boolean(),
  settings: Type.Optional(Type.Array(SettingStatus)),
  /** The exact redirect URI to register. */
  redirectUri: Type.Optional(Type.String()),
})
export type SetupView = Static<typeof SetupView>
