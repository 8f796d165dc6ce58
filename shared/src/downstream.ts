import { type Static, Type } from 'typebox'

/** One call of a downstream API that the server makes for the signed-in person. */
export const CallView = Type.Object({
  /** Names the call, and is its path: `GET /api/<id>`. */
  id: Type.String(),
  title: Type.String(),
  scopes: Type.Array(Type.String()),
  /** Whether Entra has already granted these scopes in this session. */
  granted: Type.Boolean(),
})
export type CallView = Static<typeof CallView>
