import { type Static, Type } from 'typebox'

/** What the server tells about the app to everyone, signed in or not. */
export const AppInfo = Type.Object({
  name: Type.String(),
  version: Type.String(),
  /** In the demo only: users of the emulator's directory, for sign-in with one click. */
  demo: Type.Optional(
    Type.Object({
      users: Type.Array(Type.Object({ name: Type.String(), username: Type.String() })),
    }),
  ),
})
export type AppInfo = Static<typeof AppInfo>
