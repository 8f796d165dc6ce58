import { type Static, Type } from 'typebox'

/** What a page may know of the app before anybody has signed in. */
export const AppInfo = Type.Object({
  name: Type.String(),
  version: Type.String(),
  /** Present in the demo only: people of the emulator's directory, for one-click sign-in. */
  demo: Type.Optional(
    Type.Object({
      users: Type.Array(Type.Object({ name: Type.String(), username: Type.String() })),
    }),
  ),
})
export type AppInfo = Static<typeof AppInfo>
