import { type Static, Type } from 'typebox'

/** What Entra asks a person who has signed in before (OpenID Connect Core, section 3.1.2.1). */
export const prompts = ['login', 'select_account', 'consent', 'none'] as const
export type Prompt = (typeof prompts)[number]

/** The query of `GET /auth/login`. */
export const LoginQuery = Type.Object({
  /** The path of this origin to which the sign-in returns. */
  returnTo: Type.Optional(Type.String()),
  prompt: Type.Optional(Type.Enum(prompts)),
  /** Names the account, so that Entra shows no picker: a username, or the `login_hint` claim. */
  loginHint: Type.Optional(Type.String()),
  /** A domain of the account's tenant: Entra leads straight to that tenant's own sign-in page. */
  domainHint: Type.Optional(Type.String()),
  /** Scopes to ask for, separated by spaces. The default is `SCOPE`. */
  scopes: Type.Optional(Type.String({ maxLength: 2_048 })),
  /** The handle of what the sign-in must ask for: claims, a step-up, permissions. The server keeps it. */
  claims: Type.Optional(Type.String({ maxLength: 64 })),
})
export type LoginQuery = Static<typeof LoginQuery>
