import { localPath, paths, views } from '@entra-bff/shared'

interface LoginOptions {
  returnTo?: string | undefined
  loginHint?: string
  prompt?: 'select_account'
}

/** Where the browser goes to sign in: a navigation, never a fetch. */
export function loginHref({ returnTo, loginHint, prompt }: LoginOptions = {}) {
  const query = new URLSearchParams()
  if (returnTo && returnTo !== views.welcome) query.set('returnTo', returnTo)
  if (loginHint) query.set('loginHint', loginHint)
  if (prompt) query.set('prompt', prompt)
  return query.size > 0 ? `${paths.login}?${query.toString()}` : paths.login
}

/** The server's own login link, brought back to this view; only a path of ours is followed. */
export function loginHrefOf(login: { href: string } | undefined, returnTo: string) {
  const path = localPath(login?.href)
  if (!path) return loginHref({ returnTo })
  const url = new URL(path, window.location.origin)
  if (!url.searchParams.has('returnTo')) url.searchParams.set('returnTo', returnTo)
  return url.pathname + url.search
}
